export { createGate, toGate } from './create-gate.ts'
export type { Gate } from './gate.ts'
export type { Resumption } from './hold.ts'
export { SEAL_PREFIX } from './seal.ts'
export type { GateOptions } from './options.ts'
export { type CountedAddress, countedAddress } from './address.ts'
export type { Caller, CallerName } from './caller.ts'
export type {
  BearerTerms,
  Identity,
  IdentityFault,
  IdentityKind,
  IdentitySource,
  IdentityVerdict,
  SingleUse,
} from './identity.ts'
export type { DecidedEvent, GateEvent, GateListener } from './events.ts'
export type { GateStatus, PolicyStatus, StoreStatus, Tallied } from './status.ts'
export type { Percentiles } from './latest-durations.ts'
export { createNameLimit } from './name-limit.ts'
export type { RequestView, Ending } from './request.ts'
export type { Admission, Answer, Decision, HeaderFields, Pass, Refusal, Way } from './decision.ts'
export {
  ceilingPolicy,
  type CeilingOptions,
  type Policy,
  type PolicyOptions,
  type PolicyScope,
  type PolicyWindows,
  protectPolicy,
  type ProtectOptions,
} from './policy.ts'
export type { PolicyWindow, WindowRole } from './policy-window.ts'
export {
  allOf,
  type AllOf,
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
  waysOf,
} from './requirement.ts'
export { apiKey, type ApiKey, type ApiKeyOptions } from './api-key.ts'
export type { CallerClasses, ClassOptions } from './caller-classes.ts'
export { powCost, SOLVER_SPEEDS, type PowCost, type PowScenario } from './pow-cost.ts'
export type { Duration, Windows, WindowSpec, WindowText } from './window.ts'
export type { Estimate, MeterOptions, Meters, MeterScope, MeterSpec, PolicyMeter } from './meter.ts'
export type { InFlight, InFlightLimit, InFlightSpec } from './in-flight.ts'
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
export type { AuditLog } from './audit-log.ts'
export type { Movement, PaymentEvent, Purchase } from './purchase.ts'
export type {
  BitcoinNetwork,
  Invoice,
  InvoiceRequest,
  InvoiceState,
  LightningBackend,
} from './lightning-backend.ts'
export type { OnStoreDown } from './stand-in.ts'
export { memoryStore, type MemoryStoreOptions } from './memory-store.ts'
export type { Claim, ClaimRecord, ClaimState } from './claim-record.ts'
export { emptyWindow, expire, type SlidingWindow, slotMs } from './sliding-window.ts'
export { type HeldCall, type RecordBook, StoreClaims } from './store-claims.ts'
export { StoreDecisions } from './store-decisions.ts'
export { adjustWindow, reportWindow, type WindowBook, type WindowName } from './window-book.ts'
export { checkKnownOptions } from './option-check.ts'
export { demandCalled } from './uncalled.ts'
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
  type Lapse,
  SHARDS,
  type Store,
  type WayRefusal,
  type WayTake,
  type WindowAdjustment,
  type WindowReport,
  type WindowState,
  type WindowTake,
} from './store.ts'
export { RecentMap } from './recent-map.ts'
export { VERSION } from './version.ts'
export { isPromise, whenKnown } from './when-known.ts'
