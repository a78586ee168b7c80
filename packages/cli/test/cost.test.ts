import { afterAll, describe, expect, test } from '@jest/globals'
import { anyOf, pow, sats } from '@turnpike/core'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { turnpike } from './turnpike.ts'

const folder = mkdtempSync(join(tmpdir(), 'turnpike-cost-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

interface CostJson {
  readonly work?: {
    readonly hashesPerCall: number
    readonly windowSeconds: number
    readonly callers: readonly {
      readonly kind: string
      readonly identities: number
      readonly machine: string
      readonly workSeconds: number
      readonly elapsedSeconds: number
    }[]
  }
  readonly pay?: { readonly totalSats?: number; readonly totalUsd?: number }
  readonly ratio?: number
  readonly evenDifficulty?: number
  readonly warnings: readonly string[]
}

async function costOf(...args: string[]): Promise<CostJson> {
  const { exitCode, stdout, stderr } = await turnpike(['cost', ...args, '--json'])
  expect([exitCode, stderr]).toEqual([0, ''])
  const cost: CostJson = JSON.parse(stdout)
  return cost
}

describe('cost, used wrongly', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['nothing to price', [], /Say what is to be priced: --difficulty 4, --sats 10, both, or --policy <file>/],
    ['difficulty nine', ['-d', '9'], /--difficulty must be a number from 0.25 to 8/],
    ['half a satoshi', ['--sats', '0.5'], /--sats must be a whole number from 1/],
    [
      'a quota in words',
      ['-d', '4', '--quota', 'often'],
      /--quota must be a window such as 60\/1m, not "often"/,
    ],
    ['no calls', ['-d', '4', '--calls', '0'], /--calls must be a number from 1 to 1000000/],
    ['free bitcoins', ['-d', '4', '--btc-usd', '0'], /--btc-usd must be above 0/],
    ['a policy and more', ['--policy', 'x.js', '--sats', '1'], /--policy says it all/],
    ['a policy and no quota', ['--policy', 'x.js', '--no-quota'], /--policy says it all/],
    ['a file of something else', ['--policy', file('other.json', '{"free":"60/1m"}')], /has no policy/],
    ['a requirement without a rail', ['--policy', file('r.json', '{"require":{"pow":4}}')], /has no policy/],
    ['a file that is no JSON', ['--policy', file('broken.json', '{')], /broken\.json is no JSON/],
    [
      'a module without a default',
      ['--policy', file('named.mjs', 'export const policy = 1')],
      /has no policy/,
    ],
  ])('%s ends with 2 and says what is right', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await turnpike(['cost', ...args])
    expect([exitCode, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)])
  })

  test.each<[string, readonly string[], RegExp]>([
    ['a file that is not there', ['--policy', join(folder, 'none.json')], /There is no file .*none\.json/],
    [
      'a policy that pow() refuses',
      ['--policy', file('hard.json', '{"rail":"pow","terms":{"difficulty":9}}')],
      /take a number from 0.25 to 8/,
    ],
    ['a quota of nothing', ['-d', '4', '--quota', '0/1m'], /is no window/],
  ])('%s ends with 1 and the reason', async (_, args, message) => {
    const { exitCode, stderr } = await turnpike(['cost', ...args])
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(message)])
  })
})

describe('cost', () => {
  test('R22 of pow(4) says what honest and abusive callers spend, in words', async () => {
    const { stdout } = await turnpike(['cost', '--difficulty', '4'])
    expect(stdout).toMatch(/^Work: 65,536 hashes a call\. 10,000 calls:$/m)
    expect(stdout).toMatch(/^honest +1 +this solver \(WebAssembly\) +3\.4 ms +5 h 33 min +-$/m)
    expect(stdout).toMatch(/^abusive +1 +8 cores \(native\) +[\d.]+ ms +2 h 46 min +\$0\.0000\d+$/m)
    expect(stdout).toMatch(
      /^One caller cannot make 10,000 calls in less than 2 h 46 min, however fast it solves\./m,
    )
    expect(stdout).toContain('no price for those who are many')
    expect(stdout).not.toContain('Warning')
  })

  test('says so where the windows hold nobody back', async () => {
    const { stdout } = await turnpike(['cost', '--difficulty', '4', '--calls', '3'])
    expect(stdout).toContain('Nothing but the work holds one caller back from 3 calls at once.')
  })

  test('R22 one caller is held by its quota and many are not; the same call is three million times cheaper for work', async () => {
    const { work, ratio, evenDifficulty, warnings } = await costOf('--difficulty', '4', '--sats', '10')
    const native = work?.callers.filter(({ machine }) => machine === '8 cores (native)') ?? []
    expect(native.map(({ identities }) => identities)).toEqual([1, 100, 10_000])
    const [one, , crowd] = native
    expect(one?.elapsedSeconds).toBeGreaterThan(9000)
    expect(crowd?.elapsedSeconds).toBeLessThan(5)
    expect(ratio).toBeGreaterThan(2.5e6)
    expect(ratio).toBeLessThan(3.5e6)
    expect(evenDifficulty).toBeCloseTo(37.5 / 4, 1)
    expect(warnings).toEqual([
      expect.stringMatching(/far apart: paying for a call costs 2,900,000 times as much as working/),
    ])
  })

  test('does not warn where the two are near, and warns where work is the dear one', async () => {
    const near = ['--difficulty', '8', '--sats', '1', '--btc-usd', '2000', '--calls', '10']
    const { ratio, warnings } = await costOf(...near)
    expect([
      Math.round(Math.log10(ratio ?? 0)),
      warnings.filter((line) => line.includes('far apart')),
    ]).toEqual([-1, []])
    const { warnings: other } = await costOf(
      '--difficulty',
      '8',
      '--sats',
      '1',
      '--btc-usd',
      '1',
      '--calls',
      '10',
    )
    expect(other[0]).toMatch(/working for a call costs [\d,]+ times as much as paying/)
  })

  test('warns where nothing holds one caller back, and where honest callers wait', async () => {
    const { warnings } = await costOf('--difficulty', '6', '--no-quota', '--no-adaptive', '--calls', '1000')
    expect(warnings).toEqual([
      expect.stringMatching(/Only the work holds one caller back: 1,000 calls fit its windows in \d+ s/),
      expect.stringMatching(/simple loop .* works 4 min 40 s for each call/),
    ])
  })

  test('of sats alone is the sum', async () => {
    const cost = await costOf('--sats', '10', '--btc-usd', '50000')
    expect(cost).toMatchObject({ pay: { totalSats: 100_000, totalUsd: 50 }, warnings: [] })
    expect(cost).not.toHaveProperty('work')
    expect((await turnpike(['cost', '--sats', '10'])).stdout).toContain('10 sats a call ($0.01 each)')
  })

  test.each([
    ['the requirement of a JSON file', { rail: 'pow', terms: { difficulty: 4 } }],
    ['a policy with one requirement', { free: '60/1m', require: pow(4) }],
    ['a policy with several', { require: anyOf(sats(10), pow(4)) }],
  ])('reads %s', async (_, policy) => {
    const { work } = await costOf('--policy', file('policy.json', JSON.stringify(policy)), '--calls', '100')
    expect(work).toEqual((await costOf('--difficulty', '4', '--calls', '100')).work)
  })

  test('reads a module, with several calls for one payment', async () => {
    const { pay } = await costOf(
      '--policy',
      file('p.mjs', `export default ${JSON.stringify(sats(500, { uses: 100 }))}`),
    )
    expect(pay).toMatchObject({ totalSats: 50_000 })
  })

  test('a price that depends on the request is not guessed', async () => {
    const source = "export default { require: { rail: 'lightning', terms: { amountSats: () => 5 } } }"
    const { stdout } = await turnpike(['cost', '--policy', file('function.mjs', source)])
    expect(stdout).toMatch(/Pay: a price that depends on the request\.[^]*Warning: The price is a function/)
  })
})
