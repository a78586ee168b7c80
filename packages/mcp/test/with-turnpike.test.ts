import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  EXTENSION,
  RECEIPT_META,
  withTurnpike,
  type McpClientEvent,
  type McpClientOptions,
} from '@turnpike/mcp'
import { CLIENTS, HOSTS, openHttpHost, type SampleClient, type SampleHost, WIRINGS } from './sample-hosts.ts'
import { metaIn } from './solved.ts'

describe.each(HOSTS)('%s', (_host, openHost) => {
  let host: SampleHost
  beforeAll(async () => {
    host = await openHost()
  })
  afterAll(async () => {
    await host.close()
  })

  describe.each(CLIENTS.map((kind) => [kind.name, kind] as const))(
    'and a client of %s with Turnpike',
    (_n, kind) => {
      const events: McpClientEvent[] = []
      let client: SampleClient
      beforeAll(async () => {
        client = withTurnpike(kind.make(), { onEvent: (event) => events.push(event) })
        await client.connect(host.transport(kind) as never)
        await client.listTools()
      })
      afterAll(async () => {
        await client.close()
      })

      test('works for a call, once', async () => {
        events.length = 0
        const passed = await client.callTool({ name: 'paid', arguments: { q: 'w' } })
        expect(passed.content[0].text).toBe('paid:w:q')
        expect(metaIn(passed, RECEIPT_META)).toMatchObject({ way: 'pow', usesLeft: 0 })
        expect(events.map(({ type }) => type)).toEqual(['challenged', 'solving', 'solved'])
      })

      test('works for many calls at a time', async () => {
        const calls = Array.from({ length: 5 }, async (_, n) => {
          const { content } = await client.callTool({ name: 'paid', arguments: { q: `${n}` } })
          return content[0].text
        })
        expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4].map((n) => `paid:${n}:q`))
      })

      test('works for a tool with an output schema, a resource and a prompt', async () => {
        const passed = await client.callTool({ name: 'structured', arguments: { q: 's' } })
        expect(passed.structuredContent).toEqual({ echo: 's' })
        expect((await client.readResource({ uri: 'sample://one' })).contents[0].text).toBe('one')
        expect((await client.getPrompt({ name: 'greet' })).messages).toHaveLength(1)
      })

      test('waits out a 429', async () => {
        events.length = 0
        await client.callTool({ name: 'limited', arguments: {} })
        const passed = await client.callTool({ name: 'limited', arguments: { q: 'late' } })
        expect(passed.content[0].text).toBe('limited:late:q')
        expect(events.map(({ type }) => type)).toContain('waiting')
      })

      test('leaves what is not gated alone', async () => {
        events.length = 0
        const open = await client.callTool({ name: 'open', arguments: { q: 'z' } })
        expect(open.content[0].text).toBe('open:z:q')
        expect(events).toEqual([])
      })
    },
  )

  test.each(CLIENTS.map((kind) => [kind.name, kind] as const))(
    'tells a client of %s that declares the extension by errors, and it gets through',
    async (_n, kind) => {
      const capabilities = { extensions: { [EXTENSION]: {} }, experimental: { [EXTENSION]: {} } }
      const wrapped = withTurnpike(host.transport(kind))
      const client = kind.make(capabilities)
      await client.connect(wrapped as never)
      expect((await client.callTool({ name: 'paid', arguments: { q: 'e' } })).content[0].text).toBe(
        'paid:e:q',
      )
      await client.close()
    },
  )
})

describe('withTurnpike', () => {
  let host: SampleHost
  beforeAll(async () => {
    host = await openHttpHost(WIRINGS['SDK 2.x on HTTP'])
  })
  afterAll(async () => {
    await host.close()
  })

  test.each([
    ['an unknown option', { solves: true } as McpClientOptions, 'option_unknown'],
    ['a wait below 0', { maxWaitMs: -1 }, 'option_invalid'],
    ['no attempt at all', { maxAttempts: 0 }, 'option_invalid'],
  ])('refuses %s', (_what, options, code) => {
    expect(() => withTurnpike({ send: () => undefined }, options)).toThrow(expect.objectContaining({ code }))
  })

  test('refuses what is neither client nor transport, and a client that is connected', async () => {
    expect(() => withTurnpike({})).toThrow(/client or a transport/)
    for (const kind of CLIENTS) {
      const client = kind.make()
      await client.connect(host.transport(kind) as never)
      expect(() => withTurnpike(client)).toThrow(/before/)
      await client.close()
    }
  })

  test.each([
    ['the work is above maxBits (R35)', { solve: { maxBits: 1 } }, 'paid', 'too_hard'],
    ['the wait is above maxWaitMs (R35)', { maxWaitMs: 10 }, 'limited', 'wait_too_long'],
    ['maxAttempts is reached', { maxAttempts: 1 }, 'paid', 'attempts'],
  ])('hands the refusal over when %s', async (_why, options, name, reason) => {
    for (const kind of CLIENTS) {
      const events: McpClientEvent[] = []
      const client = withTurnpike(kind.make(), { ...options, onEvent: (event) => events.push(event) })
      await client.connect(host.transport(kind) as never)
      await client.callTool({ name, arguments: {} })
      const refused = await client.callTool({ name, arguments: {} })
      expect(refused.isError).toBe(true)
      expect(events.at(-1)).toMatchObject({ type: 'gaveUp', reason, name })
      await client.close()
    }
  })

  test('never works where solve is false', async () => {
    const client = withTurnpike(CLIENTS[0]!.make(), { solve: false })
    await client.connect(host.transport(CLIENTS[0]!) as never)
    expect((await client.callTool({ name: 'paid', arguments: {} })).isError).toBe(true)
    await client.close()
  })
})
