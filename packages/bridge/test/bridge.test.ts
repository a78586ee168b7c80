import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { CHALLENGE_META, RECEIPT_META } from '@turnpike/mcp'
import { join } from 'node:path'
import {
  type Host,
  HOSTS,
  metaIn,
  openHost,
  type Progress,
  ROOT,
  startUntil,
  type Started,
} from './running.ts'
import { openTalkingServer, type TalkingServer } from './servers/talking-server.ts'

const KINDS = HOSTS.map((kind) => [kind.name, kind] as const)
const STDIO_EXAMPLE = join(ROOT, 'examples/mcp-stdio/dist/server.js')

let example: Started
let talking: TalkingServer
beforeAll(async () => {
  const server = join(ROOT, 'examples/mcp-http/dist/server.js')
  example = await startUntil(/up at (\S+)/, [server], { PORT: '0' })
  talking = await openTalkingServer()
})
afterAll(async () => {
  await example.stop()
  await talking.close()
})

describe.each(KINDS)('a bridge between a host of %s', (_name, kind) => {
  test('and the example on HTTP gets through a gate that the host knows nothing of', async () => {
    const host = await openHost(kind, [example.url])
    expect(host.client.getServerVersion()?.name).toBe('mcp-http-example')
    expect((await host.client.listTools()).tools.map(({ name }) => name)).toEqual(['deep_search', 'time'])
    const heard: Progress[] = []
    const onprogress = (progress: Progress): void => void heard.push(progress)
    const passed = await host.call('deep_search', { question: kind.name }, { onprogress })
    expect(passed.content).toEqual([{ type: 'text', text: `Deep down, ${kind.name} is 42.` }])
    expect(metaIn(passed, RECEIPT_META)).toMatchObject({ way: 'pow' })
    expect(heard[0]?.message).toBe('Working for the call: about 65,536 hashes.')
    await host.close()
  })
})

/** Through a bridge, SDK 2.x in its legacy era says the same as SDK 1.x, and as `auto` to a server of that era. */
const APART = KINDS.filter(([name]) => name !== 'SDK 2.x legacy')

describe.each(APART)('a bridge between a host of %s', (_name, kind) => {
  test('and the example on stdio does, too', async () => {
    const host = await openHost(kind, ['--stdio', `"${process.execPath}" "${STDIO_EXAMPLE}"`])
    const passed = await host.call('report', { topic: 'tolls' })
    expect(passed.content[0]?.text).toBe('Report on tolls: wait, work or pay.')
    await host.close()
  })

  test('and a server with sessions hands on all that either says', async () => {
    const logged: unknown[] = []
    const host = await openHost(kind, [talking.url], {
      prepare(client) {
        const is1 = kind.name === 'SDK 1.x'
        client.setRequestHandler(is1 ? CreateMessageRequestSchema : 'sampling/createMessage', () => ({
          model: 'm',
          role: 'assistant',
          content: { type: 'text', text: 'left' },
        }))
        client.setRequestHandler(is1 ? ElicitRequestSchema : 'elicitation/create', () => ({
          action: 'accept',
          content: { sure: true },
        }))
        client.setNotificationHandler(
          is1 ? LoggingMessageNotificationSchema : 'notifications/message',
          (message) => {
            logged.push(message.params['data'])
          },
        )
      },
    })
    const asked = await host.call('ask')
    expect(asked.content[0]?.text).toBe('[{"type":"text","text":"left"},{"sure":true}]')
    const heard: Progress[] = []
    await host.call('count', {}, { onprogress: (progress) => heard.push(progress) })
    expect(heard).toEqual([
      { progress: 1, total: 2 },
      { progress: 2, total: 2 },
    ])
    expect(logged).toEqual(['counted'])
    const leaving = new AbortController()
    const waiting = host.call('wait', {}, { signal: leaving.signal })
    await until(() => talking.happened.includes('waiting'))
    leaving.abort()
    await expect(waiting).rejects.toThrow(/abort/i)
    await until(() => talking.happened.includes('cancelled'))
    expect((await host.call('echo', { text: 'still there' })).content[0]?.text).toBe('still there')
    await host.close()
    await until(() => talking.happened.includes('goodbye'))
    talking.happened.length = 0
  })
})

describe('a bridge', () => {
  let host: Host
  beforeAll(async () => {
    const [kind] = HOSTS
    if (kind === undefined) throw new Error('no host')
    talking.bodies.length = 0
    host = await openHost(kind, [talking.url, '--max-bits', '20', '--max-wait', '2'])
  })
  afterAll(async () => {
    await host.close()
  })

  test('says nothing of itself to the server, which sees the host (capabilities, client)', async () => {
    await host.call('echo', { text: 'x' })
    expect(talking.bodies[0]).toContain('"clientInfo":{"name":"sample-host","version":"1.0.0"}')
    expect(talking.bodies.join('\n')).not.toMatch(/turnpike/)
  })

  test('works for many calls at a time, each told of its own progress', async () => {
    const heard = await Promise.all(
      [1, 2, 3, 4].map(async (n) => {
        const messages: (string | undefined)[] = []
        const passed = await host.call(
          'heavy',
          { n },
          { onprogress: ({ message }) => messages.push(message) },
        )
        expect(passed.content[0]?.text).toBe(`heavy:${n}`)
        return messages
      }),
    )
    for (const messages of heard) expect(messages[0]).toBe('Working for the call: about 16,384 hashes.')
    expect(talking.happened.filter((what) => what.startsWith('heavy')).toSorted()).toEqual(
      [1, 2, 3, 4].map((n) => `heavy:${n}`),
    )
  })

  test('waits out a limit, and says so', async () => {
    const heard: (string | undefined)[] = []
    await host.call('rare', { n: 1 })
    const passed = await host.call('rare', { n: 2 }, { onprogress: ({ message }) => heard.push(message) })
    expect(passed.content[0]?.text).toBe('rare:2')
    expect(heard[0]).toBe('Waiting 1 s, as the server asks.')
  })

  test('passes the refusal on where it may not go on, and says why (R35, R36)', async () => {
    const hard = await host.call('endless')
    expect([hard.isError, metaIn(hard, CHALLENGE_META)?.['code']]).toEqual([true, 'proof_required'])
    expect(hard.content.map(({ text }) => text)).toEqual([
      expect.stringContaining('Ways on: work: about 4,294,967,296 SHA-256 hashes'),
      'The bridge may not do that much work: its limit is 2^20 hashes (--max-bits).',
    ])
    await host.call('never')
    const late = await host.call('never')
    expect(late.isError).toBe(true)
    expect(late.content.at(-1)?.text).toBe(
      'The bridge may not wait that long: its limit is 2 s (--max-wait).',
    )
    expect(talking.happened.filter((what) => /endless|never/.test(what))).toEqual(['never:undefined'])
  })

  test('carries a large message both ways', async () => {
    const text = 'x'.repeat(3_000_000)
    expect((await host.call('echo', { text })).content[0]?.text).toHaveLength(text.length)
  })

  test('begins a session anew that the server has forgotten', async () => {
    talking.forgetSessions()
    const both = await Promise.all(['a', 'b'].map(async (text) => await host.call('echo', { text })))
    expect(both.map(({ content }) => content[0]?.text)).toEqual(['a', 'b'])
  })
})

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 10)
    })
  }
}
