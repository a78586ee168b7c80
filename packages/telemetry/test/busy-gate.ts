import {
  anyOf,
  createGate,
  type Decision,
  memoryStore,
  type Pass,
  pow,
  type RequestView,
  sats,
  type Store,
} from '@turnpike/core'
import { bruteForce, createFakeLightning } from '@turnpike/testkit'

/** What no label, span or line may hold. */
export const CALLER = { ip: '203.0.113.77', id: 'canary-caller-id', apiKey: 'canary-api-key' }
const SECRET = 'a secret of the tests, long enough to be one'
const SERVED = { kind: 'completed', status: 200 } as const

export function request(headers: Readonly<Record<string, string>> = {}): RequestView {
  return {
    method: 'GET',
    path: '/search',
    ip: CALLER.ip,
    header: (name) => headers[name],
    body: () => undefined,
  }
}

/** A gate whose store may be told to fail, or to have served a use twice. */
export function createBusyGate(name = 'my-api') {
  const lightning = createFakeLightning()
  const memory = memoryStore()
  const trouble = { down: false, overlap: false }
  const store: Store = {
    ...memory,
    admit: (ask) => (trouble.down ? Promise.reject(new Error('no store')) : memory.admit(ask)),
    keep: async (claim) => (trouble.overlap ? 'overlap' : await memory.keep(claim)),
  }
  const gate = createGate({
    name,
    secret: SECRET,
    store,
    lightning,
    payments: { allowFakeMoney: true },
    onStoreDown: 'closed',
    log: () => undefined,
    caller: (view) =>
      view.header('x-api-key') === undefined ? undefined : { class: 'agent', id: CALLER.id },
  })
  return { gate, lightning, trouble }
}

/** Lets a gate do everything that it can report, once or a few times. */
export async function keepBusy({
  gate,
  lightning,
  trouble,
}: ReturnType<typeof createBusyGate>): Promise<void> {
  const search = gate.policy({ name: 'search', free: '1/1m', require: anyOf(pow(1), sats(10)) })
  const ask = gate.policy({ name: 'ask', meters: { tokens: { limit: '1000/1h', estimate: 10 } } })
  const asked = passOf(await gate.decide(request(), ask))
  asked.admission.meter('tokens', 25)
  await asked.finish(SERVED)
  const soon = gate.policy({ name: 'soon', mode: 'observe', ceiling: '1/1m' })
  await passOf(await gate.decide(request(), search)).finish(SERVED)
  await passOf(await gate.decide(request({ 'x-api-key': CALLER.apiKey }), search)).finish(SERVED)
  const refused = await gate.decide(request(), search)
  await passOf(await gate.decide(request(worked(refused)), search)).finish({ kind: 'aborted' })
  await buy(refused)
  trouble.overlap = true
  await buy(await gate.decide(request(), search))
  for (let call = 0; call < 2; call += 1) passOf(await gate.decide(request(), soon))
  const seal = await passOf(await gate.decide(request({ 'x-api-key': CALLER.apiKey }), soon)).hold()
  await gate.resume(request({ 'x-api-key': CALLER.apiKey }), soon, seal ?? '')
  trouble.down = true
  await gate.decide(request({ 'x-pow-solution': 'any' }), search)
  trouble.down = false

  async function buy(decision: Decision): Promise<void> {
    const offer = offersOf(decision).find(({ rail }) => rail === 'lightning')
    if (offer?.rail !== 'lightning') throw new Error('expected an offer of sats')
    const authorization = `L402 ${offer.macaroon}:${lightning.pay(offer.invoice)}`
    await passOf(await gate.decide(request({ authorization }), search)).finish(SERVED)
  }
}

export function passOf(decision: Decision): Pass {
  if (decision.outcome !== 'pass') throw new Error(`expected a pass, got ${decision.outcome}`)
  return decision
}

function offersOf(decision: Decision) {
  return decision.outcome === 'refuse' ? (decision.body.offers ?? []) : []
}

function worked(decision: Decision): Readonly<Record<string, string>> {
  const offer = offersOf(decision).find(({ rail }) => rail === 'pow')
  if (offer?.rail !== 'pow') throw new Error('expected an offer of work')
  return { 'x-pow-solution': bruteForce(offer) }
}
