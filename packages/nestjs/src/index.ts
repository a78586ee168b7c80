// What an application writes beside its routes, so that it needs no second package.
export {
  anyOf,
  createGate,
  memoryStore,
  pow,
  sats,
  TurnpikeError,
  type Admission,
  type Gate,
} from '@turnpike/core'
export { Admitted, admission } from './admission.ts'
export {
  Ceiling,
  FreeAllowance,
  Gated,
  RequireAnyOf,
  RequireBearer,
  RequirePoW,
  RequireSats,
  SkipGate,
} from './decorators.ts'
export { TURNPIKE_GATE } from './entrance.ts'
export { GateRefusal } from './gate-refusal.ts'
export type { PolicyCallback } from './gate-mark.ts'
export { TurnpikeGuard } from './guard.ts'
export { TurnpikeModule } from './module.ts'
export type { TurnpikeModuleOptions, TurnpikeOptionsFactory } from './module-options.ts'
export { PolicyGuard } from './policy-guard.ts'
