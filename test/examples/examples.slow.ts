import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createFetch, type FetchOptions } from '@turnpike/client'
import { withTurnpike } from '@turnpike/mcp'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '../..')

interface Example {
  readonly url: string
  /** What it printed when it was up. */
  readonly said: string
  /** Asks it to end, as Ctrl-C does. @returns its exit code */
  stop(): Promise<number | null>
}

/** Starts what the example's `npm start` runs, after what its `prestart` has built. */
async function start(name: string, ...args: readonly string[]): Promise<Example> {
  const folder = join(root, 'examples', name)
  const { scripts }: { scripts: { start: string } } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  const [, ...script] = scripts.start.split(' ')
  const child = spawn(process.execPath, [...script, ...args], {
    cwd: folder,
    env: { ...process.env, PORT: '0' },
  })
  const said = await greetingOf(child)
  const url = URL_SAID.exec(said)?.[1] ?? ''
  return { url, said, stop: async () => await stop(child) }
}

const URL_SAID = /up at (http:[^\s,]+)/

/** @returns what it has said by the time it is up */
async function greetingOf(child: ChildProcess): Promise<string> {
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += String(chunk)))
  for (;;) {
    if (URL_SAID.test(said)) return said
    await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')])
    if (child.exitCode !== null) throw new Error(said)
  }
}

async function stop(child: ChildProcess): Promise<number | null> {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
  return child.exitCode
}

/** Statuses of calls in turn. */
async function statuses(url: string, calls: number): Promise<readonly number[]> {
  const got: number[] = []
  for (let call = 0; call < calls; call += 1) got.push((await fetch(url)).status)
  return got
}

function makeClient(): Client {
  return new Client({ name: 'sample', version: '1.0.0' })
}

const FIVE_FREE = [200, 200, 200, 200, 200, 402]

describe.each([
  ['koa', 'GET /v1/items/:id'],
  // Express tells middlewares before the route no pattern.
  ['express', 'GET /v1/items/8'],
])('the example %s', (name, resource) => {
  let example: Example
  beforeAll(async () => {
    example = await start(name)
  })
  afterAll(async () => {
    await example.stop()
  })

  test('gives five calls away, then asks for work, for all items together', async () => {
    const url = `${example.url}/v1/items`
    expect(await statuses(`${url}/7`, 6)).toEqual(FIVE_FREE)
    const refused: unknown = await (await fetch(`${url}/8`)).json()
    expect(refused).toMatchObject({ code: 'proof_required', resource })
  })

  test('lets a client that works in, and its stream flow', async () => {
    const answer = await createFetch()(`${example.url}/v1/reports`, { method: 'POST' })
    expect([answer.status, answer.headers.get('Turnpike-Admission')]).toEqual([200, 'pow;uses=0'])
    expect(await answer.text()).toBe('wait\nwork\npay\n')
  })
})

describe.each([
  ['one-box', 'worker', 'LMDB file'],
  ['cluster', 'server', 'Redis'],
])('the example %s', (name, field, store) => {
  let example: Example
  beforeAll(async () => {
    example = await start(name)
  })
  afterAll(async () => {
    await example.stop()
  })

  test(`shares one allowance between two processes, on one ${store}`, async () => {
    const answers: Record<string, unknown>[] = []
    for (let call = 0; call < 5; call += 1) {
      const answer: Record<string, unknown> = JSON.parse(await (await fetch(`${example.url}/search`)).text())
      answers.push(answer)
    }
    expect(answers.map(({ left }) => left)).toEqual([4, 3, 2, 1, 0])
    expect(new Set(answers.map((answer) => answer[field])).size).toBe(2)
    expect(await statuses(`${example.url}/search`, 1)).toEqual([402])
  })

  test('takes one solution once, whichever process it comes to', async () => {
    let solution = ''
    const watched: typeof fetch = async (url, init) => {
      solution ||= new Request(url, init).headers.get('X-PoW-Solution') ?? ''
      return await fetch(url, init)
    }
    expect((await createFetch({ fetch: watched })(`${example.url}/search`)).status).toBe(200)
    const headers = { 'X-PoW-Solution': solution }
    for (let call = 0; call < 2; call += 1) {
      const replay = await fetch(`${example.url}/search`, { headers })
      expect([replay.status, await replay.json()]).toMatchObject([402, { code: 'credential_spent' }])
    }
  })
})

describe('the example dual-rail', () => {
  let example: Example
  beforeAll(async () => {
    example = await start('dual-rail')
  })
  afterAll(async () => {
    await example.stop()
  })

  const translate = async (text: string, options?: FetchOptions) =>
    await createFetch(options)(`${example.url}/translate`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ text }),
    })

  test('asks more for a long text, and lets work through', async () => {
    const offered = async (text: string) => {
      return await (await translate(text, { solve: false })).json()
    }
    expect([await offered('short'), await offered('long'.repeat(500))]).toMatchObject([
      { offers: [{ rail: 'pow' }, { rail: 'lightning', sats: 10 }] },
      { offers: [{ rail: 'pow' }, { rail: 'lightning', sats: 50 }] },
    ])
    expect(await (await translate('hello')).json()).toEqual({ translated: 'HELLO', way: 'pow' })
  })

  test('prints commands that pay, and sells a hundred calls at once', async () => {
    const [, wallet] = /TURNPIKE_WALLET="(.+)"/.exec(example.said) ?? []
    const command = example.said.split('\n').find((line) => line.includes('/quotes')) ?? ''
    const { stdout } = await promisify(execFile)('sh', ['-c', command.replace('@turnpike/cli', 'turnpike')], {
      cwd: root,
      env: { ...process.env, TURNPIKE_WALLET: wallet },
    })
    expect(JSON.parse(stdout)).toEqual({ quote: 'Time is money.', left: 99 })
  })
})

describe.each(['express', 'fastify'])('the Nest example on %s', (platform) => {
  let example: Example
  beforeAll(async () => {
    example = await start('nestjs', platform)
  })
  afterAll(async () => {
    await example.stop()
  })

  test('gives five searches away, then asks for work', async () => {
    expect(await statuses(`${example.url}/tools/search`, 6)).toEqual(FIVE_FREE)
  })

  test('lets a client that works in, and leaves the health check open', async () => {
    const answer = await createFetch()(`${example.url}/tools/call`, { method: 'POST' })
    expect([answer.status, await answer.json()]).toMatchObject([201, { admittedBy: 'pow' }])
    expect(await statuses(`${example.url}/tools/health`, 8)).not.toContain(402)
  })

  test('has a Swagger page that says what the gate answers', async () => {
    const page = await fetch(`${example.url}/docs`)
    expect([page.status, await page.text()]).toEqual([200, expect.stringMatching(/swagger-ui/i)])
    const { paths }: { paths: Record<string, Record<string, { responses: object }>> } = JSON.parse(
      await (await fetch(`${example.url}/docs-json`)).text(),
    )
    const described = (path: string, method: string) => Object.keys(paths[path]?.[method]?.responses ?? {})
    expect([described('/tools/search', 'get'), described('/tools/call', 'post')]).toEqual([
      ['200', '402', '429'],
      ['201', '402', '429'],
    ])
    expect(described('/tools/health', 'get')).toEqual(['200'])
  })
})

describe('the MCP example on HTTP', () => {
  let example: Example
  beforeAll(async () => {
    example = await start('mcp-http')
  })
  afterAll(async () => {
    await example.stop()
  })

  test('tells a stock client what would get it through, and lets one in that works', async () => {
    const call = { name: 'deep_search', arguments: { question: 'the answer' } }
    const [stock, aware] = [makeClient(), withTurnpike(makeClient())]
    for (const client of [stock, aware]) {
      await client.connect(new StreamableHTTPClientTransport(new URL(example.url)))
    }
    const refused = await stock.callTool(call)
    expect([refused.isError, refused.content[0]]).toMatchObject([
      true,
      { text: expect.stringMatching(/Ways on: work/) },
    ])
    const passed = await aware.callTool(call)
    expect(passed.content).toEqual([{ type: 'text', text: 'Deep down, the answer is 42.' }])
    await Promise.all([stock.close(), aware.close()])
  })
})

test('the MCP example on stdio shows both', async () => {
  const tour = join(root, 'examples/mcp-stdio/dist/tour.js')
  const { stdout } = await promisify(execFile)(process.execPath, [tour])
  expect(stdout).toMatch(
    /told what[^]*Ways on: work[^]*works for it:\n +Report on tolls: wait, work or pay\.\n$/,
  )
})

test.each([
  ['koa', ''],
  ['express', ''],
  ['one-box', ''],
  ['cluster', ''],
  ['dual-rail', ''],
  ['nestjs', 'express'],
  ['nestjs', 'fastify'],
])('the example %s %s ends by itself when it is told to', async (name, platform) => {
  const example = await start(name, platform)
  expect((await fetch(`${example.url}/api/challenge`)).status).toBe(200)
  // Nest ends with the signal that told it to; null is that.
  expect([0, null]).toContain(await example.stop())
})
