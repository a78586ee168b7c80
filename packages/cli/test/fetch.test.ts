import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { memoryStore, pow } from '@turnpike/core'
import { turnpike as createTurnpike } from '@turnpike/node'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '@turnpike/cli'
import { fakeIo } from './fake-io.ts'
import { serve, stopServers } from './scripted-gate.ts'
import { turnpike } from './turnpike.ts'

const folder = mkdtempSync(join(tmpdir(), 'turnpike-fetch-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterAll(stopServers)

const fetchAt = async (url: string, args: readonly string[] = [], options?: Parameters<typeof turnpike>[1]) =>
  await turnpike(['fetch', url, ...args], options)

describe('fetch, used wrongly', () => {
  const key = join(folder, 'key')
  test.each<[string, readonly string[], RegExp]>([
    ['no address', [], /missing required argument 'url'/],
    ['another protocol', ['file:///etc/passwd'], /must begin with https:\/\/ or http:\/\//],
    ['a header without a colon', ['http://x', '-H', 'secret'], /--header must be "Name: value"/],
    ['a header file that is not there', ['http://x', '-H', `@${key}`], /--header: ENOENT/],
    ['a GET with a body', ['http://x', '-X', 'get', '-d', 'x'], /A GET has no body/],
    ['a password in the address', ['http://user:secret@x'], /must not hold a name or password.*-H @file/],
    ['no method', ['http://x', '-X', 'G ET'], /-X must be a method such as GET or POST/],
    ['a method that is not sent', ['http://x', '-X', 'connect'], /-X must be a method/],
    ['40 bits', ['http://x', '--max-bits', '40'], /--max-bits must be a number from 0 to 36/],
    [
      'a preference of its own',
      ['http://x', '--prefer', 'free'],
      /--prefer must be one of cheapest, wait, work, pay/,
    ],
    ['to pay without a price', ['http://x', '--prefer', 'pay'], /--prefer pay needs --max-sats/],
    ['a day without a price', ['http://x', '--per-day', '9'], /--per-day and --ledger go with --max-sats/],
    ['half a satoshi', ['http://x', '--max-sats', '0.5'], /--max-sats must be a whole number/],
  ])('%s ends with 2 and says what is right', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await turnpike(['fetch', ...args])
    expect([exitCode, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)])
    expect(stderr).not.toContain('secret')
  })

  test.each([
    ['a folder that is not there', join(folder, 'none', 'answer'), /ENOENT/],
    ['a folder', folder, /is a directory; name a file/],
  ])('R35 an answer that cannot be written, into %s, is not asked for', async (_, path, message) => {
    let asked = 0
    const url = await serve((_request, response) => {
      asked += 1
      response.end()
    })
    const { exitCode, stderr } = await fetchAt(url, ['-o', path])
    expect([exitCode, stderr, asked]).toEqual([1, expect.stringMatching(message), 0])
  })

  test('a body that is not there ends with 1', async () => {
    expect(await fetchAt('http://x', ['-d', '@/nowhere/at/all'])).toMatchObject({ exitCode: 1, stdout: '' })
  })

  test.each([
    [
      'http://127.0.0.1:9/',
      /^error: http:\/\/127\.0\.0\.1:9 could not be reached: .*(ECONNREFUSED|bad port)/,
    ],
    ['http://no-such-host.invalid/', /could not be reached: .*no-such-host/],
  ])('%s, which does not answer, ends with 1 and the reason', async (url, message) => {
    const { exitCode, stderr } = await fetchAt(url)
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(message)])
  })

  test('R35 paying without a wallet ends with 1 before anything is asked, and says how to name one', async () => {
    const { exitCode, stderr } = await fetchAt('http://127.0.0.1:9/', ['--max-sats', '10'])
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/There is no wallet.*TURNPIKE_WALLET_FILE/)])
  })
})

describe('fetch at a gate', () => {
  let url = ''
  beforeAll(async () => {
    const options = {
      name: 'fetched',
      secret: 'a secret of this test, long enough to be one',
      store: memoryStore(),
    }
    const { protect } = createTurnpike({ ...options, log: () => undefined })
    const work = protect(pow(2, { quota: false, adaptive: false }))(
      (_, response) => void response.end('worked'),
    )
    const hard = protect(pow(8, { adaptive: false }))((_, response) => void response.end())
    url = await serve((request, response) => {
      if (request.url === '/hard') hard(request, response)
      else work(request, response)
    })
  })

  test('works its way in and prints the body alone', async () => {
    expect(await fetchAt(url)).toEqual({ exitCode: 0, stdout: 'worked', stderr: '' })
  })

  test('on a terminal shows what it does, and takes it off again', async () => {
    const { stdout, stderr } = await fetchAt(url, [], { terminal: true })
    expect(stdout).toBe('worked\n')
    expect(stderr).toContain('refused: 402 proof_required')
    expect(stderr).toContain('working: 256 hashes expected')
    expect(stderr.endsWith('\r\u001b[2K')).toBe(true)
  })

  test('--verbose says what happens, whoever reads it', async () => {
    expect((await fetchAt(url, ['-v'])).stderr).toMatch(
      /^refused: 402 proof_required\nworking: 256 hashes expected\nworked: [\d,]+ hashes in \d+ ms\n$/,
    )
  })

  test('--json has status, fields, body and events in one object', async () => {
    expect(JSON.parse((await fetchAt(url, ['--json'])).stdout)).toMatchObject({
      status: 200,
      headers: { 'turnpike-admission': 'pow;uses=0' },
      body: 'worked',
      events: [{ type: 'challenged' }, { type: 'solving' }, { type: 'solved' }],
    })
  })

  test('R35 work above --max-bits is not done: the refusal is printed, and the exit code is 4', async () => {
    const { exitCode, stdout, stderr } = await fetchAt(`${url}/hard`, ['--max-bits', '20'])
    expect([exitCode, stderr]).toEqual([
      4,
      expect.stringMatching(/^error: .*4294967296 hashes.* To go further: --max-bits\.\n$/),
    ])
    expect(JSON.parse(stdout)).toMatchObject({ code: 'proof_required' })
  })

  test('R35 does not wait longer than --max-wait', async () => {
    const busy = await serve((_, response) => void response.writeHead(429, { 'retry-after': '60' }).end())
    const { exitCode, stderr } = await fetchAt(busy, ['--max-wait', '5'])
    expect([exitCode, stderr]).toEqual([
      4,
      expect.stringMatching(/60000 ms.* To go further: --max-wait\.\n$/),
    ])
  })

  test('interrupted while it works, ends with 130', async () => {
    const { io, interrupt, interrupts, written } = fakeIo()
    const running = run(['fetch', `${url}/hard`, '--max-bits', '36'], io)
    while (interrupts.size === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    setTimeout(interrupt, 150)
    expect(await running).toBe(130)
    expect([interrupts.size, written]).toEqual([0, { stdout: '', stderr: 'Interrupted.\n' }])
  })
})

describe('fetch', () => {
  async function answering(listener: RequestListener, ...args: string[]) {
    return await fetchAt(await serve(listener), args)
  }

  test('passes bytes on as they are', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const { stdout } = await answering((_, response) => void response.end(bytes))
    expect(Buffer.from(stdout, 'latin1')).toEqual(bytes)
    const { stdout: json } = await answering((_, response) => void response.end(bytes), '--json')
    expect(JSON.parse(json)).toMatchObject({ bodyBase64: bytes.toString('base64') })
  })

  test('prints a stream as it comes', async () => {
    const { io, written } = fakeIo()
    const url = await serve((_, response) => {
      response.write('first\n')
      const waiting = setInterval(() => {
        if (written.stdout !== 'first\n') return
        clearInterval(waiting)
        response.end('second\n')
      }, 5)
    })
    expect(await run(['fetch', url], io)).toBe(0)
    expect(written.stdout).toBe('first\nsecond\n')
  })

  test('-o writes a file, -i puts status and fields first', async () => {
    const path = join(folder, 'answer.txt')
    const listener: RequestListener = (_, response) => void response.setHeader('x-a', 'b').end('body')
    const { exitCode, stdout } = await answering(listener, '-i', '-o', path)
    expect([exitCode, stdout]).toEqual([0, ''])
    expect(readFileSync(path, 'utf8')).toMatch(/^HTTP\/1\.1 200 OK\r\n(.*\r\n)*x-a: b\r\n(.*\r\n)*\r\nbody$/)
  })

  test.each([
    [
      ['-d', '{"a":1}'],
      ['POST', 'application/json', '{"a":1}'],
    ],
    [
      ['-d', 'a=1', '-H', 'Content-Type: text/x'],
      ['POST', 'text/x', 'a=1'],
    ],
    [
      ['-X', 'put', '-d', '@-'],
      ['PUT', 'application/json', 'from a pipe'],
    ],
    [
      ['-X', 'delete'],
      ['DELETE', undefined, ''],
    ],
  ])('sends %j', async (args, expected) => {
    const url = await serve((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (chunk) => (body += String(chunk)))
      request.on('end', () =>
        response.end(JSON.stringify([request.method, request.headers['content-type'], body])),
      )
    })
    const { stdout } = await fetchAt(url, args, { stdin: 'from a pipe' })
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(expected)))
  })

  test('sends standard input byte for byte', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const url = await serve((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => response.end(Buffer.concat(chunks)))
    })
    const { stdout } = await fetchAt(url, ['-d', '@-'], { stdin: bytes })
    expect(Buffer.from(stdout, 'latin1')).toEqual(Buffer.from(bytes))
  })

  test('control characters in the words beside a status do not reach the terminal', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end('HTTP/1.1 500 \u001b[31mred\r\ncontent-length: 0\r\n\r\n'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const { stdout, stderr } = await fetchAt(`http://127.0.0.1:${port}`, ['-i'], { terminal: true })
    server.close()
    expect(stderr).toContain(String.raw`answered 500 \u001b[31mred`)
    expect(stdout).toMatch(/^HTTP\/1\.1 500 \\u001b\[31mred\r\n/)
  })

  test('reads body and header fields from files', async () => {
    const [body, fields] = [join(folder, 'body'), join(folder, 'fields')]
    writeFileSync(body, Buffer.from([0, 255]))
    writeFileSync(fields, 'X-Key: from a file\n\nX-Other: 1\n')
    const echo: RequestListener = (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () =>
        response.end(`${String(request.headers['x-key'])} ${Buffer.concat(chunks).toString('hex')}`),
      )
    }
    expect((await answering(echo, '-d', `@${body}`, '-H', `@${fields}`)).stdout).toBe('from a file 00ff')
  })

  test.each([
    [404, 3, /^error: The server answered 404 Not Found\.\n$/],
    [402, 4, /^error: The gate wants something for this that the command cannot give/],
    [429, 4, /^error: The server answered 429/],
  ])('an answer of %d is printed and ends with %d', async (status, code, message) => {
    const { exitCode, stdout, stderr } = await answering(
      (_, response) => void response.writeHead(status).end('why'),
    )
    expect([exitCode, stdout, stderr]).toEqual([code, 'why', expect.stringMatching(message)])
  })

  test('--max-time ends a call that hangs, before the answer and in the middle of it', async () => {
    const never = await answering(() => undefined, '--max-time', '0.2')
    expect(never).toEqual({ exitCode: 1, stdout: '', stderr: 'error: No complete answer within 0.2 s.\n' })
    const half = await answering((_, response) => void response.write('half'), '--max-time', '0.3')
    expect(half).toEqual({ exitCode: 1, stdout: 'half', stderr: 'error: No complete answer within 0.3 s.\n' })
  })
})
