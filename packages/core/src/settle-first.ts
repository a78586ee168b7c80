import type { ProblemCode } from '@turnpike/protocol'
import { purchaseOf } from './purchase.ts'
import type { Engine } from './engine.ts'
import type { PaymentState } from './payment-lookup.ts'
import type { Plan, PlannedWay } from './plan.ts'
import type { RailContext } from './rail.ts'
import type { ClaimTake } from './store.ts'
import { askStore, type StoreAnswer } from './store-call.ts'

/** A plan, as it stood at the end, and what the store said to it. */
export interface Asked {
  readonly plan: Plan
  readonly answer: StoreAnswer
}

/**
 * Asks the store; where only a payment's arrival is in doubt, its backend; and then the store again (R26). The first question
 * counts no refusal, because it may not be the last word.
 */
export async function askUntilSettled(engine: Engine, plan: Plan, context: RailContext): Promise<Asked> {
  const first = await askStore(engine, { ...plan.request, otherwise: [] })
  if (first.outcome !== 'refused' || first.ways.length === 0) return { plan, answer: first }
  const index = plan.unsettled ?? -1
  const way = plan.ways[index]
  const isInDoubt = first.ways[index]?.claims.includes('unsettled') === true
  const settled = way !== undefined && isInDoubt ? await settle(engine, way, context) : way
  const known = settled === undefined ? plan : withWay(plan, index, settled)
  return { plan: known, answer: await askStore(engine, known.request) }
}

/** What the way comes to when the backend has been asked. */
async function settle({ book }: Engine, way: PlannedWay, context: RailContext): Promise<PlannedWay> {
  const { payment, prepared, take } = way
  if (payment === undefined) return way
  const state = (await prepared?.lookUp?.(payment.paymentHash)) ?? 'pending'
  if (state === 'pending') return way
  if (state !== 'settled') {
    return { ...way, fault: FAULTS[state], take: { ...take, claims: [], lookOnly: true } }
  }
  book.enter('settled', purchaseOf(context, payment))
  return {
    ...way,
    payment: { ...payment, settled: true },
    take: { ...take, claims: take.claims.map(asSettled) },
  }
}

function asSettled(claim: ClaimTake): ClaimTake {
  return { ...claim, settled: true }
}

const FAULTS: Readonly<Record<Exclude<PaymentState, 'settled' | 'pending'>, ProblemCode>> = {
  gone: 'credential_expired',
  unknown: 'lightning_down',
}

function withWay(plan: Plan, index: number, way: PlannedWay): Plan {
  const ways = plan.ways.with(index, way)
  return { ...plan, ways, request: { ...plan.request, ways: ways.map(({ take }) => take) } }
}
