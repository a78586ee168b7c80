import { describe, expect, test } from '@jest/globals'
import { allOf, createGate, type Decision, type PolicyOptions, pow } from '@turnpike/core'
import { isWorkOffer } from './adapter-subject.ts'
import { bruteForce } from './brute-force.ts'
import { onStore } from './open-store.ts'
import type { OpenStore, StoreOpener } from './open-store.ts'
import { GOOD_TOKEN, token } from './token-source.ts'

/**
 * Callers as gates tell them apart, on any store: proofs of possession that are shown once, classes, ceilings of accounts
 * (RULES R1, R9, R10, R32). Two gates share the store, as two processes would.
 *
 * @param open makes a fresh, empty store for each test.
 */
export function describeCallers(name: string, open: StoreOpener): void {
  describe(`callers: ${name}`, () => {
    describeProofs(open)
    describeClasses(open)
  })
}

type Headers = Readonly<Record<string, string>>

/** @returns a function that asks one of two gates, in turn */
async function gatesOn(
  { store, now }: OpenStore,
  options: PolicyOptions,
): Promise<(headers: Headers) => Promise<Decision>> {
  const aheadMs = (await now()) - Date.now()
  const gates = [0, 1].map(() => {
    const gate = createGate({
      name: 'callers',
      secret: 'a secret of the tests, long enough to be one',
      store,
      now: () => Date.now() + aheadMs,
      log: () => undefined,
      caller(view) {
        const [kind, id, subject] = view.header('x-caller')?.split(' ') ?? []
        return kind && id && subject ? { class: kind, id, subject } : undefined
      },
    })
    return { gate, policy: gate.policy({ name: 'search', ...options }) }
  })
  let turn = 0
  return async (headers) => {
    turn += 1
    const { gate, policy } = gates[turn % 2] ?? gates[0]!
    const header = (name: string): string | undefined => headers[name]
    return await gate.decide({ method: 'GET', path: '/search', header, body: () => undefined }, policy)
  }
}

const bearing = (proof: string): Headers => ({ authorization: `Bearer ${GOOD_TOKEN}`, dpop: proof })

function codeOf(decision: Decision): string {
  return decision.outcome === 'refuse' ? decision.code : decision.outcome
}

/** Solves what a refusal offers. */
function solved(decision: Decision): Headers {
  const [offer] = decision.outcome === 'refuse' ? (decision.body.offers ?? []) : []
  if (!isWorkOffer(offer)) throw new Error(`expected an offer of work: ${codeOf(decision)}`)
  return { 'x-pow-solution': bruteForce(offer) }
}

function describeProofs(open: StoreOpener): void {
  test(
    'RFC 9449 a proof admits one request, whichever process it is shown to',
    onStore(open, async (opened) => {
      const decide = await gatesOn(opened, { require: token })
      const codes = [await decide(bearing('p1')), await decide(bearing('p1')), await decide(bearing('p2'))]
      expect(codes.map(codeOf)).toEqual(['pass', 'bearer_replayed', 'pass'])
      const atOnce = await Promise.all(Array.from({ length: 12 }, async () => await decide(bearing('p3'))))
      expect(atOnce.map(codeOf).filter((code) => code === 'pass')).toHaveLength(1)
    }),
  )
  test.each<readonly [string, Headers]>([
    ['in the shard of its caller', {}],
    ['in another shard', { 'x-caller': 'agent robot zeta' }],
  ])('R10 a proof %s and work beside it are spent together, or not at all', async (_where, caller) => {
    await onStore(open, async (opened) => {
      const decide = await gatesOn(opened, { require: allOf(token, pow(1)) })
      const ask = async (proof: string, work: Headers = {}) =>
        await decide({ ...bearing(proof), ...caller, ...work })
      const first = solved(await ask('p1'))
      expect(codeOf(await ask('p1', first))).toBe('pass')
      const second = solved(await ask('p2'))
      expect(codeOf(await ask('p1', second))).toBe('bearer_replayed')
      expect(codeOf(await ask('p2', second))).toBe('pass')
      expect(codeOf(await ask('p3', second))).toBe('credential_spent')
      expect(codeOf(await ask('p3', solved(await ask('p4'))))).toBe('pass')
    })()
  })
}

function describeClasses(open: StoreOpener): void {
  const options: PolicyOptions = {
    free: '1/1m',
    subjectCeiling: '4/1m',
    classes: { agent: { free: '2/1m' }, partner: { subjectCeiling: '2/1m' } },
  }
  const from = (caller: string): Headers => ({ 'x-caller': caller })

  test(
    'R9 a class has windows of its own, and all callers of an account one ceiling, in one decision',
    onStore(open, async (opened) => {
      const decide = await gatesOn(opened, options)
      const calls = ['human bob acme', 'human bob acme', 'agent one acme', 'agent one acme', 'agent one acme']
      const codes: string[] = []
      for (const caller of [...calls, 'agent two acme', 'agent two acme', 'human eve zeta']) {
        codes.push(codeOf(await decide(from(caller))))
      }
      const [ok, full, ceiling] = ['pass', 'limit_reached', 'subject_ceiling_reached']
      expect(codes).toEqual([ok, full, ok, ok, full, ok, ceiling, ok])
    }),
  )
  test(
    'R6 the ceiling that a class has for itself is not that of the others',
    onStore(open, async (opened) => {
      const decide = await gatesOn(opened, options)
      const codes: string[] = []
      for (const name of ['partner a', 'partner b', 'partner c', 'human bob', 'human eve']) {
        codes.push(codeOf(await decide(from(`${name} acme`))))
      }
      expect(codes).toEqual(['pass', 'pass', 'subject_ceiling_reached', 'pass', 'pass'])
    }),
  )
}
