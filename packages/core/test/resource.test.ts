import { describe, expect, test } from '@jest/globals'
import { pow, type RequestView, type Resource } from '@turnpike/core'
import { passOf, powOfferOf, refusalOf, request, solved, testGate } from './requests.ts'

/** A call of a tool, as an adapter for a protocol within HTTP would show it. */
function call(digest: string, more: Partial<RequestView> = {}): RequestView {
  const resource: Resource = { kind: 'tool', text: 'deep_search', digest }
  return { ...request(), resource, ...more }
}

describe('a view that names its own resource', () => {
  test('binds work to name and digest, whatever the policy is called (R34)', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ name: 'mcp', require: pow(1) })
    const headers = solved(powOfferOf(await gate.decide(call('aaa'), policy)))
    const header = (name: string) => headers[name]
    const other = refusalOf(await gate.decide(call('bbb', { header }), policy))
    expect(other.code).toBe('credential_wrong_resource')
    const elsewhere = refusalOf(await gate.decide(request({ headers }), policy))
    expect(elsewhere.code).toBe('credential_wrong_resource')
    expect(passOf(await gate.decide(call('aaa', { header }), policy)).admission.way).toBe('pow')
  })

  test('shows the name alone, and is not offered at the challenge endpoint', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: pow(1) })
    expect(refusalOf(await gate.decide(call('aaa'), policy)).body.resource).toBe('deep_search')
    const { body } = await gate.issue(request(), 'deep_search')
    const header = (name: string) =>
      name === 'x-pow-solution' && 'challenge' in body
        ? solved({ ...body, rail: 'pow' } as never)['x-pow-solution']
        : undefined
    expect(refusalOf(await gate.decide(call('aaa', { header }), policy)).code).toBe(
      'credential_wrong_resource',
    )
  })

  test('keeps the windows of its policy: they do not fill anew with each digest (R6)', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ free: '2/1m' })
    passOf(await gate.decide(call('aaa'), policy))
    passOf(await gate.decide(call('bbb'), policy))
    expect(refusalOf(await gate.decide(call('ccc'), policy)).code).toBe('limit_reached')
  })
})

describe('a view that names its caller', () => {
  const named = (id: string, ip: string): RequestView => ({
    ...request({ ip }),
    caller: { class: 'client', id },
  })

  test('is counted by that name and not by its address', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ free: '1/1m' })
    const { admission } = passOf(await gate.decide(named('a', '192.0.2.1'), policy))
    expect(admission.caller).toMatchObject({ class: 'client', id: 'a', byAddress: false })
    passOf(await gate.decide(named('b', '192.0.2.1'), policy))
    expect(refusalOf(await gate.decide(named('a', '192.0.2.2'), policy)).code).toBe('limit_reached')
  })

  test("gives way to the operator's own name for it", async () => {
    const { gate } = testGate({
      caller: (view) =>
        view.header('x-api-key') === undefined ? undefined : { class: 'partner', id: 'acme' },
    })
    const policy = gate.policy({ free: '9/1m' })
    const header = (name: string) => (name === 'x-api-key' ? 'k' : undefined)
    const keyed = passOf(await gate.decide({ ...named('a', '192.0.2.1'), header }, policy))
    expect(keyed.admission.caller.class).toBe('partner')
    const unkeyed = passOf(await gate.decide(named('a', '192.0.2.1'), policy))
    expect(unkeyed.admission.caller.class).toBe('client')
  })
})

describe('a view that says how to repeat', () => {
  test('has its words in the detail, with the challenge, in place of the header (R36)', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: pow(1) })
    const view = call('aaa', { howToRepeat: (challenge) => `then say <${challenge}>.` })
    const refusal = refusalOf(await gate.decide(view, policy))
    const [offer] = refusal.body.offers ?? []
    expect(offer?.rail === 'pow' && refusal.body.detail.includes(`then say <${offer.challenge}>.`)).toBe(true)
    expect(refusal.body.detail).not.toContain('X-PoW-Solution')
  })
})
