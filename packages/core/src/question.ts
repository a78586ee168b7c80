import type { CountedCaller } from './caller.ts'
import type { Decision } from './decision.ts'
import type { Findings } from './identification.ts'
import type { Passage } from './passage.ts'
import type { Policy } from './policy.ts'
import type { RequestView } from './request.ts'
import type { ClaimTake } from './store.ts'

/** One policy's decision on one request, with the caller known. */
export interface Question {
  readonly view: RequestView
  /** As the caller's class has it. */
  readonly policy: Policy
  /** As it was asked for. */
  readonly asked: Policy
  readonly caller: CountedCaller
  readonly passage: Passage
  /** What is known of who calls. */
  readonly findings: Findings
  /** Undefined: none came with the request. */
  readonly proofs: ProofsToUse | undefined
}

/** Proofs of possession that came with a request, and are used up by the decision that lets it pass. */
export interface ProofsToUse {
  readonly claims: readonly ClaimTake[]
  readonly used: () => void
  /** The store has seen one of them before. */
  readonly replayed: () => Decision | Promise<Decision>
}
