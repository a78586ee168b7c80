import { afterAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAuditLine } from '../src/earnings/audit-line.ts'
import { turnpike } from './turnpike.ts'

const folder = mkdtempSync(join(tmpdir(), 'turnpike-earnings-'))
afterAll(() => rmSync(folder, { recursive: true }))

const LINE = {
  v: 1,
  at: '2026-11-22T23:59:59.999Z',
  gate: 'my-api',
  movement: 'kept',
  payment: '00112233445566aa',
  policy: 'search',
  resource: 'GET /search',
  class: 'agent',
  msat: 10_000,
  uses: 1,
}

let files = 0

function logOf(lines: readonly (object | string)[], end = '\n'): string {
  const path = join(folder, `${(files += 1)}.jsonl`)
  writeFileSync(
    path,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n') + end,
  )
  return path
}

interface EarningsJson {
  readonly rows: readonly Record<string, unknown>[]
  readonly total: Readonly<Record<string, number>>
  readonly unread: unknown
}

async function earningsOf(...args: readonly string[]): Promise<EarningsJson> {
  const { exitCode, stdout, stderr } = await turnpike(['earnings', ...args, '--json'])
  expect([exitCode, stderr]).toEqual([0, ''])
  const earnings: EarningsJson = JSON.parse(stdout)
  return earnings
}

/** One payment for three calls, the second of which failed first. */
const THREE = { ...LINE, payment: 'aabb', msat: 30_000, uses: 3, resource: 'deep_search' }
const STORY = [
  { ...LINE, movement: 'minted' },
  { ...LINE, movement: 'settled' },
  { ...LINE, movement: 'claimed' },
  LINE,
  { ...THREE, movement: 'minted' },
  { ...THREE, movement: 'settled' },
  { ...THREE, movement: 'kept' },
  { ...THREE, movement: 'givenBack' },
  { ...THREE, movement: 'kept', at: '2026-11-23T00:00:00Z' },
]

describe('an audit line', () => {
  test.each<[string, string]>([
    ['nothing', ''],
    ['half a line', JSON.stringify(LINE).slice(0, -9)],
    ['a list', '[]'],
    ['null', 'null'],
    ['a later version', JSON.stringify({ ...LINE, v: 2 })],
    ['an unknown movement', JSON.stringify({ ...LINE, movement: 'toString' })],
    ['a time of no zone', JSON.stringify({ ...LINE, at: '2026-11-22T23:59:59' })],
    ['a time in words', JSON.stringify({ ...LINE, at: 'yesterday' })],
    ['no payment', JSON.stringify({ ...LINE, payment: undefined })],
    ['no class', JSON.stringify({ ...LINE, class: 7 })],
    ['less than nothing', JSON.stringify({ ...LINE, msat: -1 })],
    ['a price as a text', JSON.stringify({ ...LINE, msat: '10000' })],
    ['no uses at all', JSON.stringify({ ...LINE, uses: 0 })],
  ])('%s is none', (_, text) => {
    expect(parseAuditLine(text)).toBeUndefined()
  })

  test('keeps price and uses back where the gate did', () => {
    expect(parseAuditLine(JSON.stringify({ ...LINE, msat: undefined, uses: undefined }))).toMatchObject({
      day: '2026-11-22',
      movement: 'kept',
      callerClass: 'agent',
      msat: undefined,
    })
  })
})

describe('earnings, used wrongly', () => {
  test.each<[string, readonly string[], number, RegExp]>([
    ['no file', [], 2, /missing required argument 'files'/],
    [
      'a day in words',
      ['x', '--since', 'monday'],
      2,
      /--since must be a day such as 2026-11-23, not "monday"/,
    ],
    ['a day that February has not', ['x', '--since', '2026-02-31'], 2, /--since must be a day/],
    ['a day that is none', ['x', '--until', '2026-13-01'], 2, /--until must be a day/],
    ['a file that is not there', [join(folder, 'none')], 1, /ENOENT/],
  ])('%s says what is wrong', async (_, args, code, message) => {
    const { exitCode, stdout, stderr } = await turnpike(['earnings', ...args])
    expect([exitCode, stdout, stderr]).toEqual([code, '', expect.stringMatching(message)])
  })
})

describe('earnings', () => {
  test('sums what arrived and what was served, by day, resource and class', async () => {
    const { rows, total, unread } = await earningsOf(logOf(STORY))
    expect(rows).toMatchObject([
      {
        day: '2026-11-22',
        resource: 'GET /search',
        callerClass: 'agent',
        settled: 1,
        settledMsat: 10_000,
        kept: 1,
        keptMsat: 10_000,
      },
      {
        day: '2026-11-22',
        resource: 'deep_search',
        settled: 1,
        settledMsat: 30_000,
        kept: 1,
        keptMsat: 10_000,
        givenBack: 1,
      },
      { day: '2026-11-23', resource: 'deep_search', settled: 0, kept: 1, keptMsat: 10_000 },
    ])
    expect([total, unread]).toEqual([
      expect.objectContaining({ minted: 2, settledMsat: 40_000, keptMsat: 30_000 }),
      { unknown: 0, torn: 0 },
    ])
  })

  test('counts a payment once that several processes saw arrive, also over files', async () => {
    const settled = { ...LINE, movement: 'settled' }
    const other = { ...settled, gate: 'other-api' }
    const { total } = await earningsOf(logOf([settled, settled]), logOf([settled, other]))
    expect(total).toMatchObject({ settled: 2, settledMsat: 20_000 })
  })

  test('prices a resumed call by what the log said of its payment before', async () => {
    const resumed = { ...THREE, movement: 'kept', msat: undefined, uses: undefined }
    const { total } = await earningsOf(logOf([{ ...THREE, movement: 'claimed' }, resumed]))
    expect(total).toMatchObject({ kept: 1, keptMsat: 10_000, unpriced: 0 })
    expect((await earningsOf(logOf([resumed]))).total).toMatchObject({ kept: 1, keptMsat: 0, unpriced: 1 })
  })

  test('leaves out a torn last line, and counts others that it does not know', async () => {
    const torn = JSON.stringify(LINE).slice(0, 40)
    const { total, unread } = await earningsOf(logOf([LINE, 'not JSON', { v: 2 }, '', LINE, torn], ''))
    expect([total['kept'], unread]).toEqual([2, { unknown: 2, torn: 1 }])
    const { stdout } = await turnpike(['earnings', logOf([LINE, 'not JSON', LINE, torn], '')])
    expect(stdout).toContain('1 lines are of no kind that this command knows, and are left out.\n')
    expect(stdout).toContain('1 last lines are incomplete, and are left out.\n')
  })

  test('--since and --until take days of UTC, both included', async () => {
    const log = logOf(STORY)
    const kept = async (...args: string[]) => (await earningsOf(log, ...args)).total['kept']
    expect(await kept('--since', '2026-11-23')).toBe(1)
    expect(await kept('--until', '2026-11-22')).toBe(2)
    expect(await kept('--since', '2026-11-24')).toBe(0)
  })

  test('shows a table for people, names of strangers without control characters', async () => {
    const path = logOf([...STORY, { ...LINE, resource: 'GET /\u001b[31m' }])
    const { stdout } = await turnpike(['earnings', path])
    expect(stdout).toMatch(/^day +resource +class +invoices +paid +sats +served +sats +given back\n/)
    expect(stdout).toMatch(/^2026-11-22 +deep_search +agent +1 +1 +30 +1 +10 +1$/m)
    expect(stdout).toMatch(/^total +2 +2 +40 +4 +40 +1$/m)
    expect(stdout).toContain(String.raw`GET /\u001b[31m`)
  })

  test('says so when nothing was sold', async () => {
    expect((await turnpike(['earnings', logOf([], '')])).stdout).toBe('Nothing was sold.\n')
  })
})
