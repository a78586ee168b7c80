export { redisStore, type RedisStore } from './redis-store.ts'
export type { RedisStoreOptions } from './options.ts'
export type { RedisClient } from './script.ts'
