import type { BudgetAsk } from './budget.ts'
import type { GiveUpReason } from './events.ts'

/** Why a refusal cannot be met, and what to do about it. */
export interface Obstacle {
  readonly kind: 'obstacle'
  readonly reason: GiveUpReason
  readonly message: string
  /** With `over_budget`: what was asked. */
  readonly asked?: BudgetAsk
}

/** @param message for whoever runs the client; says the fix */
export function obstacle(reason: GiveUpReason, message: string): Obstacle {
  return { kind: 'obstacle', reason, message }
}
