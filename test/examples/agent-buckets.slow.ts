import { createFakeLightning } from '@turnpike/testkit'
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { createAccount, createDirectory } from '../../examples/agent-buckets/src/accounts.ts'
import type { Listening } from '../../examples/agent-buckets/src/listening.ts'
import { startOneBucket } from '../../examples/agent-buckets/src/one-bucket.ts'
import { type Sizes, SIZES, startOwnBuckets } from '../../examples/agent-buckets/src/own-buckets.ts'

const folder = resolve(import.meta.dirname, '../../examples/agent-buckets')
const run = promisify(execFile)

const ada = createAccount('ada', ['first', 'second'])
const bob = createAccount('bob', ['only'])
const directory = createDirectory([ada, bob])

type Headers = Readonly<Record<string, string>>
const browser: Headers = { Cookie: ada.cookie }
const first: Headers = { 'X-API-Key': ada.keys.get('first') ?? '' }
const second: Headers = { 'X-API-Key': ada.keys.get('second') ?? '' }
const agentOfBob: Headers = { 'X-API-Key': bob.keys.get('only') ?? '' }

const running: Listening[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map(async (server) => await server.close()))
})

async function withOneBucket(): Promise<string> {
  const server = await startOneBucket(directory)
  running.push(server)
  return server.url
}

async function withOwnBuckets(sizes: Partial<Sizes> = {}): Promise<string> {
  const server = await startOwnBuckets(directory, createFakeLightning(), { ...SIZES, ...sizes })
  running.push(server)
  return server.url
}

/** How many calls in turn got each status. */
async function statuses(url: string, headers: Headers, calls: number): Promise<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (let call = 0; call < calls; call += 1) {
    const { status } = await fetch(url, { headers })
    counts[status] = (counts[status] ?? 0) + 1
  }
  return counts
}

async function refusalOf(url: string, headers: Headers) {
  const response = await fetch(url, { headers })
  return {
    status: response.status,
    retryAfter: response.headers.get('Retry-After'),
    text: await response.text(),
  }
}

async function problemOf(url: string, headers: Headers): Promise<unknown> {
  const { status, text } = await refusalOf(url, headers)
  return { ...JSON.parse(text), status }
}

describe('one bucket of 60 per 60 s for all programs of an account', () => {
  test('is emptied by an agent: the browser and the other agent of the account are shut out', async () => {
    const url = await withOneBucket()
    expect(await statuses(url, first, 70)).toEqual({ 200: 60, 429: 10 })
    expect(await statuses(url, browser, 3)).toEqual({ 429: 3 })
    expect(await statuses(url, second, 3)).toEqual({ 429: 3 })
    expect(await statuses(url, agentOfBob, 3)).toEqual({ 200: 3 })
  })

  test('does not say when to come again', async () => {
    const url = await withOneBucket()
    await statuses(url, browser, 60)
    expect(await refusalOf(url, first)).toEqual({
      status: 429,
      retryAfter: null,
      text: 'Rate limit exceeded. Please wait before trying again.',
    })
  })
})

describe('a bucket of its own for each program of an account', () => {
  test("an agent empties its own; the browser's 60 and the other agent's 20 are untouched", async () => {
    const url = await withOwnBuckets({ agent: ['20/1m', '60/1h'] })
    expect(await statuses(url, first, 30)).toEqual({ 200: 20, 402: 10 })
    expect(await statuses(url, browser, 61)).toEqual({ 200: 60, 429: 1 })
    expect(await statuses(url, second, 21)).toEqual({ 200: 20, 402: 1 })
  })

  test('R36 an agent is told to wait, work or pay', async () => {
    const url = await withOwnBuckets({ agent: ['2/10s', '60/1m'] })
    await statuses(url, first, 2)
    expect(await problemOf(url, first)).toMatchObject({
      status: 402,
      retryAfter: expect.any(Number),
      offers: [{ rail: 'pow' }, { rail: 'lightning', sats: 2 }],
      detail: expect.stringMatching(/wait \d+ s[^]*work[^]*pay: 2 sats/),
    })
  })

  test('a burst is over in its second, the long run goes on', async () => {
    const url = await withOwnBuckets({ agent: ['2/1s', '3/1h'] })
    expect(await statuses(url, first, 3)).toEqual({ 200: 2, 402: 1 })
    await new Promise((resume) => {
      setTimeout(resume, 1100)
    })
    expect(await statuses(url, first, 2)).toEqual({ 200: 1, 402: 1 })
    const { retryAfter } = await refusalOf(url, first)
    expect(Number(retryAfter)).toBeGreaterThan(3500)
  })

  test('agents of an account that got out of hand end at a ceiling of theirs, and the browser goes on', async () => {
    const url = await withOwnBuckets({ agents: '5/1m' })
    expect(await statuses(url, first, 3)).toEqual({ 200: 3 })
    expect(await statuses(url, second, 3)).toEqual({ 200: 2, 429: 1 })
    expect(await problemOf(url, first)).toMatchObject({ status: 429, code: 'subject_ceiling_reached' })
    expect(await statuses(url, browser, 3)).toEqual({ 200: 3 })
    expect(await statuses(url, agentOfBob, 3)).toEqual({ 200: 3 })
  })

  test('above all stands a ceiling of the account, out of reach of its agents as it is sized', async () => {
    const url = await withOwnBuckets({ account: '4/1m' })
    expect(await statuses(url, browser, 2)).toEqual({ 200: 2 })
    expect(await statuses(url, first, 3)).toEqual({ 200: 2, 429: 1 })
    expect(await problemOf(url, browser)).toMatchObject({ status: 429, code: 'subject_ceiling_reached' })

    const { human, agents, account } = SIZES
    expect(perMinute(human) + perMinute(agents)).toBeLessThan(perMinute(account))
  })

  test.each([
    ['a session, whatever it calls itself', { ...browser, 'User-Agent': 'some-agent/1.0' }, 'human'],
    ['a key, whatever it calls itself', { ...first, 'User-Agent': 'Mozilla/5.0 Firefox/150.0' }, 'agent'],
    ['a key beside a session', { ...browser, ...first }, 'agent'],
    ['a session that nobody opened', { Cookie: 'session=made-up' }, 'anonymous'],
    ['a key that nobody handed out', { 'X-API-Key': 'made-up' }, 'anonymous'],
    ["a browser's name alone", { 'User-Agent': 'Mozilla/5.0 Firefox/150.0' }, 'anonymous'],
  ])('counts %s as it has proven', async (_what, headers, expected) => {
    const response = await fetch(await withOwnBuckets(), { headers })
    expect(await response.json()).toMatchObject({ class: expected })
  })
})

function perMinute(windows: string): number {
  return Number(/^(\d+)\/1m$/.exec(windows)?.[1])
}

describe('npm start -w examples/agent-buckets', () => {
  let said = ''
  let complained = ''
  beforeAll(async () => {
    const { scripts }: { scripts: { start: string } } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    )
    const [, script = ''] = scripts.start.split(' ')
    const { stdout, stderr } = await run(process.execPath, [join(folder, script)], { timeout: 25_000 })
    said = stdout
    complained = stderr
  })

  /** What stands in the columns behind a title, row by row. */
  const rows = (title: string) =>
    said
      .split('\n')
      .filter((line) => line.startsWith(title))
      .map((line) => line.slice(title.length).trim().split(/ {2,}/))

  test('one bucket shuts the browser out, 20 times of 30; with Turnpike it always gets in', () => {
    expect(rows('The browser opens 10 pages')).toEqual([
      ['10 in', '10 in'],
      ['10 refused', '10 in'],
      ['10 refused', '10 in'],
    ])
    expect(rows('Refused in the browser')).toEqual([['20 of 30', '0 of 30']])
  })

  test('one bucket refuses agents in their burst; with Turnpike they wait, work and pay', () => {
    const [[before = '', after = ''] = []] = rows('Three agents make 40 calls each')
    expect(before).toBe('50 in, 70 refused')
    const counts = /^120 in \((\d+) free, (\d+) worked, (\d+) paid\)$/.exec(after)?.slice(1).map(Number)
    const [free = 0, worked = 0, paid = 0] = counts ?? []
    expect(free + worked + paid).toBe(120)
    // A slow machine has some of the burst window back before it has worked or paid for 20 calls.
    expect(free).toBeGreaterThanOrEqual(80)
    expect(Math.min(worked, paid)).toBeGreaterThan(0)
    expect(Math.max(worked, paid)).toBeLessThanOrEqual(20)
  })

  test('an account whose agents want still more is refused at its ceiling, and told when to come again', () => {
    expect(rows('The agents want 10 more each')).toEqual([['30 refused', '30 refused']])
    expect(said).toMatch(
      /Turnpike tells an agent:\n +402, Retry-After: \d+\. .*wait .*work.*pay.*\n +429, Retry-After: \d+\./,
    )
    expect(said).toMatch(/One bucket tells an agent:\n +429, Retry-After: none\./)
  })

  test('shows no session and no key, and the gate warns of nothing', () => {
    expect(complained).toBe('')
    expect(said).not.toMatch(/[\w-]{40}/)
  })
})
