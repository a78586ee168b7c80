export { lmdbStore } from './lmdb-store.ts'
export type { LmdbStoreOptions, Sync } from './options.ts'
