export { createGate, toGate } from './create-gate.ts'
export type { Gate } from './gate.ts'
export type { Resumption } from './hold.ts'
export { SEAL_PREFIX } from './seal.ts'
export type { GateOptions } from './options.ts'
export { type CountedAddress, countedAddress } from './address.ts'
export type { CallerName } from './caller.ts'
export type { GateEvent, GateListener } from './events.ts'
export type { RequestView, Ending } from './request.ts'
export type { Admission, Answer, Caller, Decision, HeaderFields, Pass, Refusal, Way } from './decision.ts'
export {
  ceilingPolicy,
  type CeilingOptions,
  type Policy,
  type PolicyOptions,
  type PolicyScope,
  type PolicyWindow,
  type PolicyWindows,
  protectPolicy,
  type ProtectOptions,
  type WindowRole,
} from './policy.ts'
export {
  anyOf,
  type AnyOf,
  type Leaf,
  pow,
  type PowTerms,
  type RailKind,
  type Price,
  type Requirement,
  sats,
  type SatsTerms,
} from './requirement.ts'
export { powCost, SOLVER_SPEEDS, type PowCost, type PowScenario } from './pow-cost.ts'
export type { Duration, Windows, WindowSpec, WindowText } from './window.ts'
export type { PaymentState } from './payment-lookup.ts'
export type {
  Offered,
  Payment,
  PreparedWay,
  Presented,
  Rail,
  RailContext,
  Unoffered,
  Verdict,
} from './rail.ts'
export type { Resource } from './resource.ts'
export { TurnpikeError, type TurnpikeErrorCode, type WarningCode } from './errors.ts'
export type { PaymentOptions } from './payment-options.ts'
export type { AuditLog, Movement, PaymentEvent, Purchase } from './books.ts'
export type {
  BitcoinNetwork,
  Invoice,
  InvoiceRequest,
  InvoiceState,
  LightningBackend,
} from './lightning-backend.ts'
export type { OnStoreDown } from './stand-in.ts'
export { memoryStore, type MemoryStoreOptions } from './memory-store.ts'
export { type Claim, type ClaimRecord, type ClaimState, isForgettable } from './claim-record.ts'
export { emptyWindow, expire, type SlidingWindow, slotMs } from './sliding-window.ts'
export { type HeldCall, type RecordBook, StoreClaims } from './store-claims.ts'
export { StoreDecisions } from './store-decisions.ts'
export { adjustWindow, reportWindow, type WindowBook, type WindowName } from './window-book.ts'
export { checkKnownOptions } from './option-check.ts'
export {
  type AdmitOutcome,
  type AdmitRequest,
  type ClaimOutcome,
  type ClaimRef,
  type ClaimTake,
  EXPIRY_GRACE_MS,
  GIVE_BACKS_PER_USE,
  type GiveBackOutcome,
  type Hold,
  type KeepOutcome,
  SHARDS,
  type Store,
  type WayRefusal,
  type WayTake,
  type WindowAdjustment,
  type WindowReport,
  type WindowState,
  type WindowTake,
} from './store.ts'
export { VERSION } from './version.ts'
export { isPromise, whenKnown } from './when-known.ts'
