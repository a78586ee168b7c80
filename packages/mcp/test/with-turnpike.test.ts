import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  EXTENSION,
  RECEIPT_META,
  withTurnpike,
  type McpClientEvent,
  type McpClientOptions,
} from '@turnpike/mcp'
import {
  type ClientKind,
  CLIENTS,
  HOSTS,
  openHttpHost,
  type SampleClient,
  type SampleHost,
  type SampleResult,
  WIRINGS,
} from './sample-hosts.ts'
import { sampleWallet } from './sample-wallet.ts'
import { metaIn } from './refused-result.ts'

/** A client with Turnpike, and what it was told. */
interface Aware {
  readonly client: SampleClient
  readonly events: McpClientEvent[]
  /** A call that had to wait, begun before all tests so that nobody waits for it alone. */
  readonly late: Promise<SampleResult>
}

async function openAware(host: SampleHost, kind: ClientKind, index: number): Promise<Aware> {
  const events: McpClientEvent[] = []
  let payer: SampleClient | undefined
  const onEvent = (event: McpClientEvent) => void events.push(event)
  const client = withTurnpike(kind.make(), { wallet: sampleWallet(() => payer), onEvent })
  payer = client
  await client.connect(host.transport(kind) as never)
  await client.listTools()
  const limited = { name: `limited_${index}`, arguments: { q: 'late' } }
  const late = client.callTool(limited).then(async () => await client.callTool(limited))
  return { client, events, late }
}

/** Every host with a client of every kind, all at a time: most of what they do is waiting. */
let everywhere: readonly { readonly host: SampleHost; readonly all: readonly Aware[] }[]
beforeAll(async () => {
  everywhere = await Promise.all(
    HOSTS.map(async ([, openHost]) => {
      const host = await openHost()
      const all = CLIENTS.map(async (kind, index) => await openAware(host, kind, index))
      return { host, all: await Promise.all(all) }
    }),
  )
})
afterAll(async () => {
  await Promise.all(
    everywhere.map(async ({ host, all }) => {
      await Promise.all(all.map(async ({ client }) => await client.close()))
      await host.close()
    }),
  )
})

describe.each(HOSTS.map(([name], index) => [name, index] as const))('%s', (_host, at) => {
  describe.each(CLIENTS.map((kind, index) => [kind.name, index] as const))(
    'and a client of %s with Turnpike',
    (_n, index) => {
      let client: SampleClient
      let events: McpClientEvent[]
      beforeAll(() => {
        ;({ client, events } = everywhere[at]!.all[index]!)
      })
      const typesOf = (name: string) => events.filter((event) => event.name === name).map(({ type }) => type)

      test('works for a call, once', async () => {
        const passed = await client.callTool({ name: 'paid', arguments: { q: 'w' } })
        expect(passed.content[0].text).toBe('paid:w:q')
        expect(metaIn(passed, RECEIPT_META)).toMatchObject({ way: 'pow', usesLeft: 0 })
        expect(typesOf('paid')).toEqual(['challenged', 'solving', 'solved'])
      })

      test('pays for a call within its budget, once', async () => {
        const passed = await client.callTool({ name: 'sold', arguments: { q: `p${index}` } })
        expect(passed.content[0].text).toBe(`sold:p${index}:q`)
        expect(metaIn(passed, RECEIPT_META)).toMatchObject({ way: 'lightning', usesLeft: 0 })
        expect(typesOf('sold')).toEqual(['challenged', 'paying', 'paid'])
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

      test('leaves what is not gated alone', async () => {
        const open = await client.callTool({ name: 'open', arguments: { q: 'z' } })
        expect(open.content[0].text).toBe('open:z:q')
        expect(typesOf('open')).toEqual([])
      })

      test('waits out a 429', async () => {
        expect((await everywhere[at]?.all[index]?.late)?.content[0].text).toBe(`limited_${index}:late:q`)
        expect(typesOf(`limited_${index}`)).toContain('waiting')
      })
    },
  )

  test.each(CLIENTS.map((kind) => [kind.name, kind] as const))(
    'tells a client of %s that declares the extension by errors, and it gets through',
    async (_n, kind) => {
      const capabilities = { extensions: { [EXTENSION]: {} }, experimental: { [EXTENSION]: {} } }
      const wrapped = withTurnpike(everywhere[at]!.host.transport(kind))
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
    ['a wallet that is none', { wallet: {} as never }, 'option_invalid'],
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

  test.each([
    ['costs more than the budget allows', { budget: { perCallSats: 9 } }, 'over_budget'],
    ['is not approved', { approveAbove: { sats: 1, ask: () => false } }, 'not_approved'],
  ])('pays nothing for what %s (R35)', async (_why, options, reason) => {
    const events: McpClientEvent[] = []
    const client: SampleClient = withTurnpike(CLIENTS[2]!.make(), {
      ...options,
      wallet: sampleWallet(() => client),
      onEvent: (event) => events.push(event),
    })
    await client.connect(host.transport(CLIENTS[2]!) as never)
    expect((await client.callTool({ name: 'sold', arguments: {} })).isError).toBe(true)
    expect(events.map(({ type }) => type)).toEqual(['challenged', 'gaveUp'])
    expect(events.at(-1)).toMatchObject({ reason, name: 'sold' })
    await client.close()
  })

  test('never works where solve is false', async () => {
    const client = withTurnpike(CLIENTS[0]!.make(), { solve: false })
    await client.connect(host.transport(CLIENTS[0]!) as never)
    expect((await client.callTool({ name: 'paid', arguments: {} })).isError).toBe(true)
    await client.close()
  })
})
