import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { run } from '@turnpike/bridge'
import { memoryStore, pow, turnpike, type Wrap } from '@turnpike/node'
import { accessSync, constants } from 'node:fs'
import { createServer, request as connect } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fakeIo } from './fake-io.ts'
import { CALL, end, INITIALIZE, open, rawBridge, type RawBridge, type RawMessage } from './raw-bridge.ts'
import { BRIDGE, isAlive, PYTHON_SERVER } from './running.ts'
import { openTalkingServer, type TalkingServer } from './servers/talking-server.ts'

const SSE = { 'Content-Type': 'text/event-stream' }
const AS_JSON = { 'Content-Type': 'application/json' }
const BAD_REQUEST = '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Bad Request: no"}}'
describe('a bridge used wrongly', () => {
  test.each([
    ['nothing', []],
    ['plain http to another machine (R35)', ['http://api.example/mcp']],
    ['an unknown option', ['https://api.example/mcp', '--sats', '5']],
    ['a command that is not there', ['--stdio', 'no-such-command-anywhere']],
    [
      'a policy that is not there',
      ['serve', '--upstream', 'https://api.example/', '--policy', '/no/such.json'],
    ],
  ])('%s ends with 2, a line for the operator, and nothing on stdout', async (_what, args) => {
    const { io, written } = fakeIo()
    expect([await run(args, io), written.stdout]).toEqual([2, ''])
    expect(written.log[0]).toMatch(/^error: /)
  })

  test('says what there is', async () => {
    const { io, written } = fakeIo()
    expect(await run(['serve', '--help'], io)).toBe(0)
    expect(written.stdout).toMatch(/--policy <file>[^]*python3 server\.py/)
  })
})

describe('a bridge to a server on HTTP', () => {
  let talking: TalkingServer
  let bridge: RawBridge
  beforeAll(async () => {
    talking = await openTalkingServer()
    const header = ['--header', 'Authorization: Bearer ${SAMPLE_TOKEN}']
    bridge = await open([talking.url, '--verbose', '--max-bits', '36', ...header], { SAMPLE_TOKEN: 't0ken' })
    bridge.send({ id: 'ping', method: 'ping' })
    await bridge.next(({ id }) => id === 'ping')
  })
  afterAll(async () => {
    await talking.close()
  })

  /** Sends a call, and waits for its answer while the server is as told. */
  async function callWith(id: number | string, intercept: TalkingServer['intercept']): Promise<RawMessage> {
    talking.intercept = intercept
    bridge.send({ ...CALL, id })
    const answer = await bridge.next((message) => message.id === id)
    talking.intercept = undefined
    return answer
  }

  test('sends the headers that it was given, with secrets from the environment', () => {
    expect(talking.last().authorization).toBe('Bearer t0ken')
  })

  test.each<[string, Readonly<{ status: number; headers?: Record<string, string>; body?: string }>, RegExp]>([
    ['says nothing in its answer', { status: 200, headers: SSE }, /ended its answer before/],
    ['fails with a page', { status: 500, body: '<p>oh\nno</p>' }, /HTTP 500: <p>oh no<\/p>/],
    [
      'fails with an error of its own',
      { status: 400, headers: AS_JSON, body: BAD_REQUEST },
      /Bad Request: no/,
    ],
    ['answers with what is no answer', { status: 200, body: 'hello' }, /failed: .*content type/],
    [
      'leads elsewhere',
      { status: 302, headers: { Location: 'http://203.0.113.1/' } },
      /leads to another address/,
    ],
    ['knows nothing there', { status: 410, body: '' }, /HTTP 410/],
  ])('that %s is answered for', async (what, { status, headers = {}, body = '' }, words) => {
    const { result, error } = await callWith(`answer that ${what}`, (request, response) => {
      if (request.method !== 'POST') return false
      response.writeHead(status, headers).end(body)
      return true
    })
    expect(result?.content[0]?.text ?? error?.message).toMatch(words)
  })

  test('waits where an HTTP status says for how long, before it is heard of', async () => {
    let refusals = 1
    talking.intercept = (request, response) => {
      if (request.method !== 'POST' || refusals === 0) return false
      refusals -= 1
      response.writeHead(429, { 'Retry-After': '1' }).end('slow down')
      return true
    }
    bridge.send({ ...CALL, id: 20, params: { ...CALL.params, _meta: { progressToken: 'later' } } })
    const progress = await bridge.next(({ params }) => params?.['progressToken'] === 'later')
    expect(progress.params?.['message']).toBe('Waiting 1 s, as the server asks.')
    expect((await bridge.next(({ id }) => id === 20)).result?.content[0]?.text).toBe('x')
    talking.intercept = undefined
  })

  test('works where an HTTP status asks for it: a gate around the whole server', async () => {
    const { protect, gate } = turnpike({
      secret: 'a-secret-of-the-tests-long-enough-to-be-one',
      store: memoryStore(),
      log: () => undefined,
    })
    const toll = await openToll(talking.url, protect(pow(1)))
    const outside = await open([toll.url])
    outside.send({ ...CALL, params: { ...CALL.params, _meta: { progressToken: 'toll' } } })
    expect((await outside.next(({ id }) => id === 7)).result?.content[0]?.text).toBe('x')
    expect(outside.stdout()).toContain('Working for the call: about 16 hashes.')
    await end(outside)
    await toll.close()
    await gate.close()
  })

  test('tells what to do where a login by browser would be needed', async () => {
    const { result } = await callWith(30, (_request, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Bearer resource_metadata="https://x.example/r"' }).end()
      return true
    })
    expect(result?.isError).toBe(true)
    expect(result?.content[0]?.text).toMatch(
      /wants a login \(OAuth\), and the bridge has no browser.*_CLIENT_ID/,
    )
  })

  test('stops working for a call that is taken back, and answers others', async () => {
    bridge.send({
      ...CALL,
      id: 40,
      params: { name: 'endless', arguments: {}, _meta: { progressToken: 'end' } },
    })
    await bridge.next(({ params }) => params?.['progressToken'] === 'end')
    bridge.send({ method: 'notifications/cancelled', params: { requestId: 40 } })
    expect((await callWith(41, undefined)).result?.content[0]?.text).toBe('x')
    expect(bridge.stdout()).not.toContain('"id":40')
  })

  test('writes nothing but messages to stdout, whatever it has to say, and no secret anywhere', async () => {
    bridge.send({ ...CALL, id: 50, params: { name: 'heavy', arguments: { n: 1 } } })
    expect((await bridge.next(({ id }) => id === 50)).result?.content[0]?.text).toBe('heavy:1')
    bridge.child.stdin.write('this is no message\n{"jsonrpc":"2.0"}\n')
    bridge.send({ id: 51, method: 'sample/nobody-knows-this', params: { a: [1] } })
    expect((await bridge.next(({ id }) => id === 51)).error).toMatchObject({ code: -32_601 })
    for (const line of bridge.stdout().trimEnd().split('\n')) {
      expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' })
    }
    expect(bridge.stderr()).toContain('"type":"solved"')
    expect(bridge.stderr()).not.toMatch(/nonce|challenge=|t0ken/)
  })

  test('ends at once when the host leaves it at work, and takes its leave of the server', async () => {
    bridge.send({
      ...CALL,
      id: 60,
      params: { name: 'endless', arguments: {}, _meta: { progressToken: 'work' } },
    })
    await bridge.next(({ params }) => params?.['progressToken'] === 'work')
    talking.happened.length = 0
    expect(await end(bridge)).toBe(0)
    expect(talking.happened).toEqual(['goodbye'])
  })

  test('that is not there says so to the model, and ends well when it is asked to', async () => {
    const address = await deadAddress()
    const lonely = rawBridge([`${address}?key=s3cret`])
    lonely.send(INITIALIZE)
    const { error } = await lonely.next(({ id }) => id === 'init')
    const text = `The server at ${address} cannot be reached (ECONNREFUSED).`
    expect(error).toEqual({ code: 503, message: text })
    lonely.send(CALL)
    const { result } = await lonely.next(({ id }) => id === 7)
    expect(result).toEqual({ content: [{ type: 'text', text }], isError: true })
    lonely.child.kill('SIGTERM')
    expect(await lonely.ended).toBe(0)
    expect(lonely.stdout() + lonely.stderr()).not.toContain('s3cret')
  })
})

describe('a bridge to a child', () => {
  const PYTHON = ['--stdio', `python3 "${PYTHON_SERVER}"`]

  test('hands on what is no garbage, and methods nobody knows, and takes the child with it', async () => {
    const bridge = await open(PYTHON)
    bridge.send({ ...CALL, params: { name: 'loud', arguments: {} } })
    expect((await bridge.next(({ id }) => id === 7)).result?.content[0]?.text).toBe('loud')
    bridge.send({ id: 8, method: 'sample/unknown', params: { a: [1], b: { c: null } } })
    expect((await bridge.next(({ id }) => id === 8)).result).toEqual({ known: { a: [1], b: { c: null } } })
    bridge.send({ ...CALL, id: 9, params: { name: 'pid', arguments: {} } })
    const pid = Number((await bridge.next(({ id }) => id === 9)).result?.content[0]?.text)
    expect(isAlive(pid)).toBe(true)
    expect(await end(bridge)).toBe(0)
    expect(isAlive(pid)).toBe(false)
  })

  test('answers for a child that dies, and ends', async () => {
    const bridge = await open(PYTHON)
    bridge.send({ ...CALL, params: { name: 'die', arguments: {} } })
    const { result } = await bridge.next(({ id }) => id === 7)
    expect(result?.content[0]?.text).toBe('The process of the server ended before it answered.')
    expect(await bridge.ended).toBe(0)
  })
})

test('the stub is executable', () => {
  expect(() => accessSync(BRIDGE, constants.X_OK)).not.toThrow()
})

/** A proxy of a few lines, with a gate around it. */
async function openToll(target: string, wrap: Wrap) {
  const server = createServer(
    wrap((request, response) => {
      const { method, headers } = request
      const passed = connect(
        target,
        { method, headers: { ...headers, host: new URL(target).host } },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers)
          answer.pipe(response)
        },
      )
      passed.on('error', () => response.destroy())
      request.pipe(passed)
    }),
  ).listen(0, '127.0.0.1')
  await new Promise((resolve) => {
    server.once('listening', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

/** An address where nobody listens. */
async function deadAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => {
    server.once('listening', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return `http://127.0.0.1:${port}/mcp`
}
