// `request.turnpike` is declared there; nothing else would bring that into the package's types.
import './admission.ts'
// What an application writes beside its routes, so that it needs no second package.
export { anyOf, createGate, memoryStore, pow, sats, TurnpikeError } from '@turnpike/core'
export type { Admission, Caller, CallerName, Gate, GateOptions, RequestView } from '@turnpike/core'
export { turnpike } from './adapter.ts'
export type { ExpressTurnpike } from './adapter.ts'
