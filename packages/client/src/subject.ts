import type { BudgetAsk } from './budget.ts'
import type { Credential } from './credential.ts'
import type { GiveUpReason, NegotiationEvent } from './events.ts'
import type { Obstacle } from './obstacle.ts'

/** One call, as far as a gate is concerned. */
export interface Subject {
  /**
   * Who is asked: an origin such as `https://api.example`, or any name of a program on this machine. Credentials are
   * shown to nobody else, and budgets per host go by it.
   */
  readonly origin: string
  /** What is asked for, such as `GET /search` or the name of a tool: what was bought for it is good for it again. */
  readonly request: string
  readonly signal?: AbortSignal
  /** What it throws is ignored. */
  readonly onEvent?: (event: NegotiationEvent) => void
  /** Asked before any effort is made: an obstacle makes it give up. */
  readonly prepare?: () => Promise<Obstacle | undefined>
  /** Does it no harm when the request is served twice (RFC 9110 §9.2.2)? Then a 503 of any server is waited out. */
  readonly isIdempotent?: boolean
  /** Is `Authorization` taken by something else? Then only gates that read `X-L402` are paid. */
  readonly isAuthorizationTaken?: boolean
}

/** Where a call is, and what it asks for there. */
export type Place = Pick<Subject, 'origin' | 'request'>

/** What to do about a refusal. */
export type Step =
  /** Ask again, with this credential if there is one. What had to be waited for is over. */
  | { readonly kind: 'send'; readonly credential: Credential | undefined }
  | GivenUp
  /** There is nothing in it for us: no way that we know, or none that the options allow. */
  | { readonly kind: 'leave' }

/** The refusal is the last word. */
export interface GivenUp {
  readonly kind: 'giveUp'
  readonly reason: GiveUpReason
  readonly message: string
  /** With `over_budget`: what was asked. */
  readonly asked?: BudgetAsk
}

/** What an answer says about the credential that was shown. */
export interface Answer {
  /** HTTP status, or what stands for it: below 400 for a call that went well. */
  readonly status: number
  /** The value of `Turnpike-Admission`. */
  readonly admission?: string | undefined
}
