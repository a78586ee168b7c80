/** Ends what start-redis.js has started. */
export default async function stopForAll() {
  /** @type {(() => Promise<void>) | undefined} */
  const stop = Reflect.get(globalThis, 'stopTestRedis')
  await stop?.()
}
