import { describe, expect, test } from '@jest/globals'
import { anyOf, pow, sats } from '@turnpike/core'
import { parseChallenge, parseL402Credentials, parseSolution } from '@turnpike/protocol'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../document.ts'
import { paymentVectors, rateLimitVectors, refusalVectors } from './answer-vectors.ts'
import { digestVectors } from './digest-vectors.ts'
import { sampleGate, searchView, withoutChance } from './sample-gate.ts'
import { challengeVectors, solutionVectors } from './work-vectors.ts'

const FOLDER = join(ROOT, 'docs/vectors')
const MAKERS: Readonly<Record<string, () => unknown>> = {
  'challenge.json': challengeVectors,
  'solution.json': solutionVectors,
  'refusal.json': refusalVectors,
  'l402.json': paymentVectors,
  'rate-limit.json': rateLimitVectors,
  'mcp-digest.json': digestVectors,
}
const MADE = await withoutChance(
  async () =>
    new Map(
      await Promise.all(Object.entries(MAKERS).map(async ([name, make]) => [name, await make()] as const)),
    ),
)
/** `npm run vectors` */
if (process.env['WRITE_VECTORS'] === '1') {
  for (const [name, made] of MADE)
    writeFileSync(join(FOLDER, name), `${JSON.stringify(made, undefined, 2)}\n`)
}

interface Challenges {
  readonly valid: readonly { readonly challenge: string }[]
  readonly invalid: readonly { readonly challenge: string }[]
}
interface Solutions {
  readonly valid: readonly { readonly field: string }[]
  readonly invalid: readonly { readonly field: string }[]
}
interface Payments {
  readonly authorization: string
  readonly invalid: readonly { readonly text: string }[]
}
const challenges: Challenges = read('challenge.json')
const solutions: Solutions = read('solution.json')
const payments: Payments = read('l402.json')

describe('docs/vectors', () => {
  test('has a file of each kind, and no other', () => {
    expect(readdirSync(FOLDER).toSorted()).toEqual(Object.keys(MAKERS).toSorted())
  })

  test.each([...MADE])(
    '%s is what the code makes today; else run `npm run vectors` and look',
    (name, made) => {
      const written: unknown = JSON.parse(JSON.stringify(made))
      expect(read(name)).toEqual(written)
    },
  )

  test.each(challenges.invalid)('no challenge: $why', ({ challenge }) => {
    expect(parseChallenge(challenge)).toBeUndefined()
  })

  test.each(solutions.invalid)('no solution: $why', ({ field }) => {
    expect(parseSolution(field)).toBeUndefined()
  })

  test.each(payments.invalid)('no payment: $why', ({ text }) => {
    expect(parseL402Credentials(text)).toEqual([])
  })

  test('has credentials that such a gate admits, once', async () => {
    const gate = sampleGate()
    const policy = gate.policy({ require: anyOf(pow(2), sats(10)) })
    const field = solutions.valid[0]?.field ?? ''
    for (const shown of [{ 'x-pow-solution': field }, { authorization: payments.authorization }]) {
      const first = await gate.decide(searchView(shown), policy)
      expect(first).toMatchObject({ outcome: 'pass' })
      if (first.outcome === 'pass') await first.finish({ kind: 'completed', status: 200 })
      expect(await gate.decide(searchView(shown), policy)).toMatchObject({ code: 'credential_spent' })
    }
  })

  test('agrees with an implementation in Python that shares no line with ours', () => {
    const script = join(import.meta.dirname, 'check_vectors.py')
    expect(execFileSync('python3', [script, FOLDER], { encoding: 'utf8' })).toMatch(/^[1-9]\d* checks\n$/)
  })
})

function read<T>(name: string): T {
  const parsed: T = JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))
  return parsed
}
