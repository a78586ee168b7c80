import { describe, expect, test } from '@jest/globals'
import { anyOf, type Ending, type GateEvent, type PolicyOptions, pow } from '@turnpike/core'
import { passOf, powOfferOf, refusalOf, request, solved, testGate } from './requests.ts'
import { voucher, voucherRail } from './voucher-rail.ts'

const paid = (id = 1) => ({ authorization: `L402 voucher-${id}` })
const failure = new Error('the handler failed')

async function usesAfter(ending: Ending, giveBackOn?: (status: number) => boolean) {
  const { gate } = testGate({ rails: [voucherRail] })
  const policy = gate.policy({ require: voucher(), ...(giveBackOn === undefined ? {} : { giveBackOn }) })
  await passOf(await gate.decide(request({ headers: paid() }), policy)).finish(ending)
  return (await gate.decide(request({ headers: paid() }), policy)).outcome === 'pass' ? 'given back' : 'kept'
}

describe('a paid use (R31)', () => {
  test.each<[Ending, string]>([
    [{ kind: 'completed', status: 200 }, 'kept'],
    [{ kind: 'completed', status: 204 }, 'kept'],
    [{ kind: 'completed', status: 304 }, 'kept'],
    [{ kind: 'completed', status: 399 }, 'kept'],
    [{ kind: 'completed', status: 400 }, 'given back'],
    [{ kind: 'completed', status: 404 }, 'given back'],
    [{ kind: 'completed', status: 500 }, 'given back'],
    [{ kind: 'errored', error: failure }, 'given back'],
    [{ kind: 'errored', status: 200, error: failure }, 'kept'],
    [{ kind: 'aborted' }, 'kept'],
    [{ kind: 'aborted', status: 200 }, 'kept'],
    [{ kind: 'notStarted' }, 'given back'],
  ])('whose handler ended %j is %s', async (ending, fate) => {
    expect(await usesAfter(ending)).toBe(fate)
  })

  test('follows giveBackOn where the policy has one', async () => {
    const onlyServerErrors = (status: number) => status >= 500
    expect(await usesAfter({ kind: 'completed', status: 404 }, onlyServerErrors)).toBe('kept')
    expect(await usesAfter({ kind: 'completed', status: 503 }, onlyServerErrors)).toBe('given back')
  })

  test('downloaded to 99 % and aborted, again and again, is paid for each time', async () => {
    const { gate } = testGate({ rails: [voucherRail] })
    const policy = gate.policy({ require: voucher({ uses: 3 }) })
    for (let download = 0; download < 3; download++) {
      await passOf(await gate.decide(request({ headers: paid() }), policy)).finish({
        kind: 'aborted',
        status: 200,
      })
    }
    expect(refusalOf(await gate.decide(request({ headers: paid() }), policy)).code).toBe('credential_spent')
  })

  test('is given back three times, and then exhausted (R11)', async () => {
    const { gate } = testGate({ rails: [voucherRail] })
    const policy = gate.policy({ require: voucher() })
    for (let attempt = 0; attempt < 4; attempt++) {
      await passOf(await gate.decide(request({ headers: paid() }), policy)).finish({
        kind: 'completed',
        status: 500,
      })
    }
    expect(refusalOf(await gate.decide(request({ headers: paid() }), policy)).code).toBe(
      'credential_exhausted',
    )
  })

  test('in use elsewhere is a 409 with a time to come back, and no offer (R11)', async () => {
    const { gate } = testGate({ rails: [voucherRail] })
    const policy = gate.policy({ require: anyOf(pow(1), voucher()) })
    const first = passOf(await gate.decide(request({ headers: paid() }), policy))
    const second = refusalOf(await gate.decide(request({ headers: paid() }), policy))
    expect(second).toMatchObject({ status: 409, code: 'credential_in_use', headers: { 'retry-after': '1' } })
    expect(second.body.offers).toBeUndefined()
    await first.finish({ kind: 'completed', status: 200 })
    expect(refusalOf(await gate.decide(request({ headers: paid() }), policy))).toMatchObject({
      status: 402,
      code: 'credential_spent',
    })
  })

  test('of a hundred runs a hundred times in parallel', async () => {
    const { gate } = testGate({ rails: [voucherRail] })
    const policy = gate.policy({ require: voucher({ uses: 100 }) })
    const decisions = await Promise.all(
      Array.from({ length: 130 }, async () => await gate.decide(request({ headers: paid() }), policy)),
    )
    expect(decisions.filter(({ outcome }) => outcome === 'pass')).toHaveLength(100)
  })

  test('can be given back by the handler itself, whatever the ending', async () => {
    const { gate } = testGate({ rails: [voucherRail] })
    const policy = gate.policy({ require: voucher() })
    const pass = passOf(await gate.decide(request({ headers: paid() }), policy))
    await pass.admission.giveBack()
    await pass.finish({ kind: 'completed', status: 200 })
    passOf(await gate.decide(request({ headers: paid() }), policy))
  })
})

describe('work', () => {
  test.each<[Ending, string]>([
    [{ kind: 'completed', status: 500 }, 'credential_spent'],
    [{ kind: 'errored', error: failure }, 'credential_spent'],
    [{ kind: 'aborted' }, 'credential_spent'],
    [{ kind: 'notStarted' }, 'pass'],
  ])('whose handler ended %j: %s (R12)', async (ending, outcome) => {
    const { gate } = testGate()
    const policy = gate.policy({ require: pow(1) })
    const headers = solved(powOfferOf(await gate.decide(request(), policy)))
    await passOf(await gate.decide(request({ headers }), policy)).finish(ending)
    const next = await gate.decide(request({ headers }), policy)
    expect(next.outcome === 'refuse' ? next.code : next.outcome).toBe(outcome)
  })
})

describe('an ending', () => {
  test.each<[string, PolicyOptions, Readonly<Record<string, string>>, boolean]>([
    ['a paid use', { require: voucher() }, paid(), true],
    ['a slot', { inFlight: 2 }, {}, true],
    ['a meter', { meters: { tokens: { limit: '100/1h', estimate: 10 } } }, {}, true],
    ['windows alone, which are spent at once', { free: '9/1m', ceiling: '9/1m' }, {}, false],
  ])('of a call that took %s: awaited, %j', async (_, options, headers, awaited) => {
    const { gate } = testGate({ rails: [voucherRail] })
    const policy = gate.policy(options)
    expect(passOf(await gate.decide(request({ headers }), policy)).awaitsEnding).toBe(awaited)
  })

  test('of a call that worked is awaited while somebody listens to endings, and not after (R12)', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: pow(1, { uses: 3 }) })
    const headers = solved(powOfferOf(await gate.decide(request(), policy)))
    const isAwaited = async () => passOf(await gate.decide(request({ headers }), policy)).awaitsEnding
    const before = await isAwaited()
    const leave = gate.on('ended', () => undefined)
    const meanwhile = await isAwaited()
    leave()
    expect([before, meanwhile, await isAwaited()]).toEqual([false, true, false])
  })

  test('that never started gives back what the policies outside took, though nobody told them (R4)', async () => {
    const { gate } = testGate()
    const ceiling = gate.policy({ ceiling: '1/1m' })
    const route = gate.policy({ free: '1/1m' })
    const left = request()
    passOf(await gate.decide(left, ceiling))
    await passOf(await gate.decide(left, route)).finish({ kind: 'notStarted' })
    passOf(await gate.decide(request(), ceiling))
    passOf(await gate.decide(request(), route))
  })

  test('that never started gives the windows back too', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ free: '1/1m', ceiling: '1/1m' })
    await passOf(await gate.decide(request(), policy)).finish({ kind: 'notStarted' })
    await passOf(await gate.decide(request(), policy)).finish({ kind: 'aborted' })
    expect(refusalOf(await gate.decide(request(), policy)).code).toBe('ceiling_reached')
  })

  test('is told once, however often it is reported', async () => {
    const { gate } = testGate({ rails: [voucherRail] })
    const policy = gate.policy({ name: 'paid', require: voucher() })
    const endings: GateEvent[] = []
    gate.on('ended', (event) => endings.push(event))
    const pass = passOf(await gate.decide(request({ headers: paid() }), policy))
    await Promise.all([
      pass.finish({ kind: 'completed', status: 200 }),
      pass.finish({ kind: 'aborted' }),
      pass.finish({ kind: 'completed', status: 500 }),
    ])
    expect(endings).toEqual([
      { type: 'ended', policy: 'paid', way: 'lightning', ending: 'completed', status: 200, claims: 'kept' },
    ])
  })

  test('still on its way to the store is awaited by drain and close', async () => {
    const { gate } = testGate({ rails: [voucherRail] })
    const policy = gate.policy({ require: voucher() })
    let ended = false
    gate.on('ended', () => (ended = true))
    void passOf(await gate.decide(request({ headers: paid() }), policy)).finish({
      kind: 'completed',
      status: 200,
    })
    await gate.close()
    expect(ended).toBe(true)
    await expect(gate.decide(request(), policy)).rejects.toMatchObject({ code: 'gate_closed' })
  })
})
