import { afterAll, expect, test } from '@jest/globals'
import { freshPrefix, openRedis } from './redis-client.ts'
import { openScripts } from './scripts-on-clock.ts'

const redis = openRedis()
afterAll(() => redis.disconnect())

const HOLDER = 'holder-of-20-letters'

/** Takes evenly over a time, until both windows have had their fill. */
async function bytesOfKey(limits: readonly [number, number], prefix: string): Promise<number> {
  let nowMs = 1_790_000_000_000
  const scripts = openScripts(redis, prefix, () => Math.floor(nowMs))
  const [perMinute, perHour] = limits
  const take = async (cost: number) => {
    const windows = [
      { holder: HOLDER, id: 'free 60000 /search', limit: perMinute, windowMs: 60_000, cost },
      { holder: HOLDER, id: 'free 3600000 /search', limit: perHour, windowMs: 3_600_000, cost },
    ]
    return await scripts.admit({ shard: 5, common: [], ways: [{ windows, claims: [] }], otherwise: [] })
  }
  const rest = perHour - perMinute
  const slow = Math.ceil(rest / 590)
  for (let i = 0; i < 590; i += 1) {
    await take(slow)
    nowMs += 6000
  }
  const quick = Math.ceil(perMinute / 200)
  for (let i = 0; i < 200; i += 1) {
    await take(quick)
    nowMs += 290
  }
  return Number(await redis.memory('USAGE', scripts.keys.windows(HOLDER, 5)))
}

test.each([[[10, 100]], [[60, 1000]], [[600, 10_000]], [[1000, 10_000]]] as const)(
  'a key of two windows used to the full, %j a minute and an hour, takes at most 450 bytes',
  async (limits) => {
    const bytes = await bytesOfKey(limits, freshPrefix())
    expect(bytes).toBeLessThanOrEqual(450)
    expect(bytes).toBeGreaterThan(150)
  },
)
