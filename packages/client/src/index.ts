export type { ClientEvent, GiveUpReason } from './events.ts'
export { createFetch } from './fetch.ts'
export type { FetchOptions, WorkOptions } from './options.ts'
