export { BudgetExceededError } from './budget.ts'
export type { Budget, BudgetAsk, LimitName } from './budget.ts'
export type { Book, Spend } from './book.ts'
export type { Credential } from './credential.ts'
export type { ClientEvent, GiveUpReason, NegotiationEvent, PayObstacle } from './events.ts'
export { createFetch } from './fetch.ts'
export { LedgerError } from './ledger-error.ts'
export type { LedgerErrorCode } from './ledger-error.ts'
export { memoryLedger } from './ledger.ts'
export type { Ledger, Turn } from './ledger.ts'
export { isLoopback } from './loopback.ts'
export type { Negotiation } from './negotiation.ts'
export type {
  Approval,
  ApproveAbove,
  NegotiatorOptions,
  Preference,
  WorkOptions,
} from './negotiator-options.ts'
export { createNegotiator } from './negotiator.ts'
export type { Negotiator } from './negotiator.ts'
export type { Obstacle } from './obstacle.ts'
export type { FetchOptions } from './fetch-options.ts'
export type { OtherRail } from './other-rails.ts'
export { PaymentError } from './payment-error.ts'
export type { PaymentErrorCode } from './payment-error.ts'
export type { Hold, Purchase } from './purchase.ts'
export { refusalOf } from './refusal.ts'
export type { Refusal, Sale } from './refusal.ts'
export type { Answer, GivenUp, Step, Subject } from './subject.ts'
export type { InvoiceTerms, Payment, PaymentRequest, PaymentState, Wallet } from './wallet.ts'
