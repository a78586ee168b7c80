import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { run } from '@turnpike/cli'
import { memoryStore, pow } from '@turnpike/core'
import { turnpike as createTurnpike } from '@turnpike/node'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fakeIo } from './fake-io.ts'
import { serve, stopServers } from './scripted-gate.ts'
import { turnpike } from './turnpike.ts'

afterAll(stopServers)

const CREDENTIAL = 'Bearer operator-canary'
const env = { TURNPIKE_STATUS_HEADER: `Authorization: ${CREDENTIAL}` }

const STATUS = {
  version: 1,
  gate: 'my-api',
  since: '2027-01-15T08:00:00.000Z',
  at: '2027-01-15T09:30:00.000Z',
  policies: [
    {
      policy: 'idle',
      admitted: { free: 9000 },
      refused: {},
      observed: { limit_reached: 12 },
      inFlight: 0,
      sats: { received: 0, earned: 0 },
      lastMinute: { admitted: 0, refused: 0, observed: 0 },
    },
    {
      policy: 'search',
      admitted: { free: 5120, pow: 340, lightning: 12 },
      refused: { proof_required: 371, credential_spent: 2 },
      observed: {},
      inFlight: 3,
      sats: { received: 120, earned: 110.5 },
      lastMinute: { admitted: 90, refused: 6, observed: 0 },
    },
  ],
  decisionTimes: { of: 1000, p50Ms: 0.0312, p95Ms: 0.214, p99Ms: 1.4 },
  faults: 0,
  store: { failures: 0, failuresLastMinute: 0 },
  warnings: [{ code: 'memory_store', times: 1, lastAt: '2027-01-15T08:00:00.000Z' }],
}

/** A server that answers one body to all. */
async function serving(body: unknown, code = 200): Promise<string> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return `${await serve((_request, response) => void response.writeHead(code).end(text))}/ops`
}

describe('top, used wrongly', () => {
  test.each<[string, readonly string[], NodeJS.ProcessEnv, RegExp]>([
    ['no address', [], {}, /missing required argument 'url'/],
    ['another protocol', ['ftp://x/'], {}, /must begin with https/],
    ['a password in the address', ['https://user:secret@x/'], {}, /must not hold a name or password/],
    ['no header', ['http://localhost', '-H', 'secret'], {}, /--header must be "Name: value"/],
    [
      'no header in the environment',
      ['http://localhost'],
      { TURNPIKE_STATUS_HEADER: 'secret' },
      /^error: TURNPIKE_STATUS_HEADER must be/,
    ],
    ['no interval', ['http://localhost', '--interval', '0'], {}, /--interval must be a number from 0\.1/],
    ['R35 a credential over plain http', ['http://api.example/ops'], env, /Over plain http .* use https/],
  ])('%s ends with 2, and repeats no value', async (_, args, environment, message) => {
    const { exitCode, stdout, stderr } = await turnpike(['top', ...args], { env: environment })
    expect([exitCode, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)])
    expect(stderr).not.toContain('secret')
    expect(stderr).not.toContain('canary')
  })
})

describe('top, where there is no status', () => {
  test.each<[string, unknown, number, RegExp]>([
    ['403', {}, 403, /answered 403\. It lets nobody in without a credential: TURNPIKE_STATUS_HEADER/],
    ['404', {}, 404, /answered 404\.\n$/],
    ['no JSON', 'hello', 200, /serves no status of a gate/],
    ['other JSON', { version: 1 }, 200, /serves no status of a gate/],
    ['another version', { ...STATUS, version: 2 }, 200, /serves no status of a gate, of version 1/],
    ['more than a status can be', ' '.repeat(5 * 2 ** 20), 200, /sends more than 4194304 bytes/],
  ])('%s ends with 1 and says what is there', async (_, body, code, message) => {
    const { exitCode, stdout, stderr } = await turnpike(['top', await serving(body, code)])
    expect([exitCode, stdout, stderr]).toEqual([1, '', expect.stringMatching(message)])
  })

  test('a server that is not there ends with 1', async () => {
    const { exitCode, stderr } = await turnpike(['top', 'http://127.0.0.1:9/'])
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/127\.0\.0\.1:9 could not be asked/)])
  })

  test('R35 a redirect is not followed: the credential is for this place alone', async () => {
    const seen: unknown[] = []
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.end(JSON.stringify(STATUS))
    })
    const url = await serve((_request, response) => void response.writeHead(307, { location: other }).end())
    const { exitCode, stderr } = await turnpike(['top', url, '--once'], { env })
    expect([exitCode, stderr, seen]).toEqual([1, expect.stringMatching(/answered 307/), []])
  })
})

describe('top --once', () => {
  test('shows rates, ways, refusals by code, times and warnings, without a terminal', async () => {
    const { exitCode, stdout, stderr } = await turnpike(['top', await serving(STATUS), '--once'])
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout).toBe(`my-api  2027-01-15T09:30:00.000Z, counting for 90 min 0 s
admitted 1.5/s  refused 0.1/s  would refuse 0/s  in flight 3  sats received 120, earned 110.5
decisions: half within 0.0312 ms, 95 % 0.214 ms, 99 % 1.4 ms (of the latest 1,000)
warnings: memory_store 1

policy  admitted  refused  in flight  admitted in all, by way
search  1.5/s     0.1/s    3          free 5,120  pow 340  lightning 12
idle    0/s       0/s      0          free 9,000

refused           policy  calls
proof_required    search  371
credential_spent  search  2

would be refused  policy  calls
limit_reached     idle    12
`)
  })

  test('--json prints what was served, on one line', async () => {
    const { exitCode, stdout } = await turnpike([
      'top',
      await serving(JSON.stringify(STATUS, undefined, 2)),
      '--once',
      '--json',
    ])
    expect([exitCode, stdout]).toEqual([0, `${JSON.stringify(STATUS)}\n`])
  })

  test('shows troubles', async () => {
    const troubled = { ...STATUS, faults: 2, store: { failures: 7, failuresLastMinute: 5 } }
    const { stdout } = await turnpike(['top', await serving(troubled), '--once'])
    expect(stdout).toContain('store failures 7, 5 in the last minute; faults 2\n')
  })

  test('takes a status that is all wrong inside for what it is worth', async () => {
    const odd = {
      ...STATUS,
      policies: [null, { policy: 7, admitted: { 'a\u001b[2Jb': 'x' }, sats: [] }],
      decisionTimes: 1,
      warnings: 3,
      store: null,
    }
    const { exitCode, stdout } = await turnpike(['top', await serving(odd), '--once'])
    expect(exitCode).toBe(0)
    expect(stdout).not.toContain('\u001b')
  })
})

describe('top at a hostile server', () => {
  const steering = '\u001b[2J\u009b2J\u202e\u061c\n'
  const long = steering.repeat(40_000)

  test.each<[string, unknown]>([
    ['names of megabytes', { gate: long, at: long, since: long, policies: [{ policy: long }] }],
    [
      'ways, codes and warnings without end',
      {
        policies: [
          {
            policy: 'p',
            admitted: Object.fromEntries(Array.from({ length: 50_000 }, (_, way) => [`way ${way}`, 1])),
            refused: { [long]: 1e300 },
          },
        ],
        warnings: Array.from({ length: 50_000 }, (_, code) => ({ code: `code ${code}`, times: -1e300 })),
      },
    ],
  ])('shows %s within a screen, and is not steered', async (_, more) => {
    const url = await serving({ ...STATUS, ...(more as object) })
    const { exitCode, stdout } = await turnpike(['top', url, '--once'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^[ -~\n]+$/)
    expect(stdout.length).toBeLessThan(20_000)
  })

  test('reads no more policies than a gate can have', async () => {
    const url = await serving({ ...STATUS, policies: Array.from({ length: 500_000 }, () => ({})) })
    const { exitCode, stdout } = await turnpike(['top', url, '--once'])
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^and 985 more$/m)])
  })

  test('--json says the same without steering the terminal', async () => {
    const status = { ...STATUS, gate: 'a\u009b2J\u202e\u061c\u2028b' }
    const { stdout } = await turnpike(['top', await serving(status), '--once', '--json'])
    expect(stdout).toMatch(/^[ -~]+\n$/)
    expect(JSON.parse(stdout)).toEqual(status)
  })
})

describe('top at a gate of ours', () => {
  const folder = mkdtempSync(join(tmpdir(), 'turnpike-top-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const open = { url: '' }
  const { protect, status } = createTurnpike({
    name: 'topped',
    secret: 'a secret of this test, long enough to be one',
    store: memoryStore(),
    log: () => undefined,
  })

  beforeAll(async () => {
    const search = protect(pow(4), { name: 'search', free: '1/1m' })(
      (_request, response) => void response.end('found'),
    )
    const show = status({ authorize: ({ headers }) => headers.authorization === CREDENTIAL })
    open.url = await serve((request, response) =>
      request.url === '/ops' ? show(request, response) : search(request, response),
    )
    for (let call = 0; call < 3; call += 1) await fetch(`${open.url}/search`)
  })

  test.each<[string, () => { readonly args: readonly string[]; readonly env: Record<string, string> }]>([
    ['the environment', () => ({ args: [], env })],
    [
      'a file',
      () => {
        const file = join(folder, 'header')
        writeFileSync(file, `Authorization: ${CREDENTIAL}\n`, { mode: 0o600 })
        return { args: ['-H', `@${file}`], env: {} }
      },
    ],
  ])('is let in by %s', async (_, given) => {
    const { args, env: environment } = given()
    const { exitCode, stdout, stderr } = await turnpike(['top', `${open.url}/ops`, '--once', ...args], {
      env: environment,
    })
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^topped {2}20.*counting for/)
    expect(stdout).toMatch(/^search +0\.02\/s +0\.03\/s +0 +free 1$/m)
    expect(stdout).toMatch(/^proof_required +search +2$/m)
    expect(stdout).toMatch(/^decisions: half within [\d.]+ ms/m)
  })

  test('goes on until Ctrl-C, over the same place of a terminal, and ends with 0', async () => {
    const { io, written, interrupt, interrupts } = fakeIo({ terminal: true, env: { ...env, NO_COLOR: '1' } })
    const ended = run(['top', `${open.url}/ops`, '--interval', '0.1'], io)
    await until(() => written.stdout.split('\u001b[H').length > 3)
    interrupt()
    expect(await ended).toBe(0)
    const [before = '', ...frames] = written.stdout.split('\u001b[H')
    expect(before).toBe('\u001b[2J')
    expect(frames.every((frame) => frame.startsWith('topped'))).toBe(true)
    expect([written.stderr, interrupts.size]).toEqual(['', 0])
  })

  test('goes on where the server has gone and come back, and says so meanwhile', async () => {
    let calls = 0
    const url = await serve((_request, response) => {
      calls += 1
      if (calls === 2) response.writeHead(503).end()
      else response.end(JSON.stringify(STATUS))
    })
    const { io, written, interrupt } = fakeIo()
    const ended = run(['top', url, '--interval', '0.1'], io)
    await until(() => written.stdout.split('\n\nmy-api').length > 1)
    interrupt()
    expect(await ended).toBe(0)
    expect(written.stdout).toMatch(/\nhttp:\S+ answered 503\.\nmy-api/)
  })

  test('interrupted before there was anything ends with 130', async () => {
    const url = await serve(() => undefined)
    const { io, written, interrupt, interrupts } = fakeIo()
    const ended = run(['top', url], io)
    await until(() => interrupts.size > 0)
    interrupt()
    expect([await ended, written.stdout, written.stderr]).toEqual([130, '', 'Interrupted.\n'])
  })
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10))
}
