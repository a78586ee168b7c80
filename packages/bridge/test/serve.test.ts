import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Client as Client2, StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { run } from '@turnpike/bridge'
import { CHALLENGE_META, RECEIPT_META, withTurnpike } from '@turnpike/mcp'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fakeIo } from './fake-io.ts'
import {
  BRIDGE,
  HOSTS,
  isAlive,
  metaIn,
  openHost,
  type Progress,
  PYTHON_SERVER,
  ROOT,
  type SampleClient,
  startUntil,
  type Started,
} from './running.ts'

const folder = mkdtempSync(join(tmpdir(), 'turnpike-serve-'))
const policy = join(folder, 'policy.json')
writeFileSync(
  policy,
  JSON.stringify({
    name: 'served',
    tools: { echo: { require: { pow: 1, quota: false, adaptive: false } }, rare: { free: '1/1h' } },
  }),
)
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const WHO = { name: 'sample-client', version: '1.0.0' }
const CAPABILITIES = { capabilities: { sampling: {} } }

interface ClientKind {
  readonly name: string
  make(): SampleClient
  http(url: URL): object
  readonly sampling: unknown
  options(onprogress: (progress: Progress) => void): readonly unknown[]
}

const CLIENTS: readonly ClientKind[] = [
  {
    name: 'SDK 1.x',
    make: () => new Client1(WHO, CAPABILITIES) as unknown as SampleClient,
    http: (url) => new Http1(url),
    sampling: CreateMessageRequestSchema,
    options: (onprogress) => [undefined, { onprogress }],
  },
  ...(['legacy', 'auto'] as const).map((mode) => ({
    name: `SDK 2.x ${mode}`,
    make: () =>
      new Client2(WHO, { ...CAPABILITIES, versionNegotiation: { mode } }) as unknown as SampleClient,
    http: (url: URL) => new Http2(url),
    sampling: 'sampling/createMessage',
    options: (onprogress: (progress: Progress) => void) => [{ onprogress }],
  })),
]

async function serve(args: readonly string[]): Promise<Started> {
  const env = { TURNPIKE_SECRET: 'a-secret-of-the-tests-long-enough-to-be-one', SAMPLE_KEY: 'k' }
  return await startUntil(/serving (\S+)/, [BRIDGE, 'serve', '--port', '0', '--policy', policy, ...args], env)
}

async function connect(kind: ClientKind, url: string, client = kind.make()): Promise<SampleClient> {
  await client.connect(kind.http(new URL(url)) as never)
  return client
}

describe('a front before a Python server', () => {
  let front: Started
  beforeAll(async () => {
    front = await serve(['--stdio', `python3 "${PYTHON_SERVER}"`, '--max-sessions', '3'])
  })
  afterAll(async () => {
    await front.stop()
  })

  describe.each(CLIENTS.map((kind) => [kind.name, kind] as const))('and a client of %s', (_name, kind) => {
    const say = async (client: SampleClient, name: string, args = {}) => {
      const { content } = await client.callTool({ name, arguments: args })
      return content[0]?.text
    }

    test('asks a price for a tool, and takes it', async () => {
      const client = await connect(kind, front.url, withTurnpike(kind.make()))
      const passed = await client.callTool({ name: 'echo', arguments: { text: 'grüße' } })
      expect(passed.content[0]?.text).toBe(String.raw`echo:{"text": "gr\u00fc\u00dfe"}`)
      expect(metaIn(passed, RECEIPT_META)).toMatchObject({ way: 'pow', usesLeft: 0 })
      await leave(client)
    })

    test('hands on all that either says, and the child nothing of ours', async () => {
      const client = kind.make()
      client.setRequestHandler(kind.sampling, () => ({
        model: 'm',
        role: 'assistant',
        content: { type: 'text', text: 'left' },
      }))
      await connect(kind, front.url, client)
      expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo')
      expect(await say(client, 'ask')).toBe('answer:left')
      expect(await say(client, 'loud')).toBe('loud')
      expect(await say(client, 'env')).toBe('SAMPLE_KEY')
      expect(await say(client, 'long', { size: 1_000_000 })).toHaveLength(1_000_000)
      const heard: Progress[] = []
      await client.callTool(
        { name: 'slow', arguments: {} },
        ...kind.options((progress) => heard.push(progress)),
      )
      expect(heard).toEqual([
        { progress: 1, total: 2 },
        { progress: 2, total: 2 },
      ])
      await leave(client)
    })

    test('answers for a child that dies, and gives the next session a new one', async () => {
      const client = await connect(kind, front.url)
      expect(await say(client, 'die')).toBe('The process of the server ended before it answered.')
      await expect(say(client, 'pid')).rejects.toThrow(/Session not found/)
      await client.close()
      const next = await connect(kind, front.url)
      expect(await say(next, 'pid')).toMatch(/^\d+$/)
      await leave(next)
    })
  })

  test('has a child for each session, no more sessions than it may, and ends them with their sessions', async () => {
    const [kind] = CLIENTS
    if (kind === undefined) throw new Error('no client')
    const clients = await Promise.all([1, 2, 3].map(async () => await connectSoon(kind, front.url)))
    const pids = await Promise.all(
      clients.map(async (client) => {
        const { content } = await client.callTool({ name: 'pid', arguments: {} })
        return Number(content[0]?.text)
      }),
    )
    expect(new Set(pids).size).toBe(3)
    await expect(connect(kind, front.url)).rejects.toThrow(/All sessions are taken/)
    await Promise.all(clients.map(leave))
    while (pids.some(isAlive)) {
      await new Promise((resolve) => {
        setTimeout(resolve, 10)
      })
    }
  })

  test('and a host with a bridge: all of it together', async () => {
    const [, kind] = HOSTS
    if (kind === undefined) throw new Error('no host')
    const host = await openHost(kind, [front.url])
    expect((await host.call('echo', { text: 'a' })).content[0]?.text).toBe('echo:{"text": "a"}')
    await host.close()
  })
})

describe('a front before a server on HTTP', () => {
  let upstream: Started
  let front: Started
  beforeAll(async () => {
    const example = join(ROOT, 'examples/mcp-http/dist/server.js')
    upstream = await startUntil(/up at (\S+)/, [example], { PORT: '0' })
    writeFileSync(policy, JSON.stringify({ tools: { time: { free: '1/1h' } } }))
    front = await serve(['--upstream', upstream.url])
  })
  afterAll(async () => {
    await Promise.all([front.stop(), upstream.stop()])
  })

  test.each(CLIENTS.map((kind) => [kind.name, kind] as const))(
    'limits what the server gives away, for a client of %s, however it calls',
    async (_name, kind) => {
      const client = await connect(kind, front.url)
      const answers = [1, 2].map(async () => await client.callTool({ name: 'time', arguments: {} }))
      const refused = (await Promise.all(answers)).filter((answer) => answer.isError === true)
      expect(refused.length).toBeGreaterThan(0)
      expect(metaIn(refused[0] ?? { content: [] }, CHALLENGE_META)).toMatchObject({
        status: 429,
        resource: 'time',
      })
      // What the policy does not name is for the server itself to ask a price for.
      const search = await client.callTool({ name: 'deep_search', arguments: { question: 'q' } })
      expect(metaIn(search, CHALLENGE_META)).toMatchObject({ status: 402 })
      await leave(client)
    },
  )
})

describe('serve that cannot', () => {
  test.each([
    [
      'a policy that is wrong',
      ['--policy', join(ROOT, 'package.json')],
      /package\.json: the whole: Unrecognized/,
    ],
    ['Redis without its address', ['--policy', policy, '--redis', 'localhost'], /--redis takes an address/],
    ['a variable that is not set', ['--policy', policy, '--redis', 'redis://:${NO_SUCH}@x'], /needs NO_SUCH/],
    ['two stores', ['--policy', policy, '--redis', 'redis://x', '--lmdb', 'x'], /not both/],
  ])('says why: %s', async (_what, args, words) => {
    const { io, written } = fakeIo()
    expect(await run(['serve', '--upstream', 'https://api.example/mcp', ...args], io)).toBe(2)
    expect(written.log.join('\n')).toMatch(words)
  })

  test('says that a port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => {
      holder.once('listening', resolve)
    })
    const address = holder.address()
    const port = String(typeof address === 'object' ? address?.port : '')
    const { io, written } = fakeIo({ TURNPIKE_SECRET: 'a-secret-of-the-tests-long-enough-to-be-one' })
    const args = ['serve', '--upstream', 'https://api.example/mcp', '--policy', policy, '--port', port]
    expect(await run([...args, '--lmdb', join(folder, 'store.mdb')], io)).toBe(2)
    expect(written.log.at(-1)).toContain(`Port ${port} of 127.0.0.1 cannot be had (EADDRINUSE)`)
    holder.close()
  })
})

/** Sessions of clients that left take up room until their servers have ended. */
async function connectSoon(kind: ClientKind, url: string): Promise<SampleClient> {
  for (;;) {
    try {
      return await connect(kind, url)
    } catch (error) {
      if (!String(error).includes('All sessions are taken')) throw error
    }
  }
}

/** Closes a client, and the session with it. */
async function leave(client: SampleClient): Promise<void> {
  await client.transport?.terminateSession?.()
  await client.close()
}
