// What an application writes beside its routes, so that it needs no second package.
export { anyOf, createGate, memoryStore, pow, sats, TurnpikeError } from '@turnpike/core'
export { turnpike } from './adapter.ts'
export type { KoaTurnpike } from './adapter.ts'
