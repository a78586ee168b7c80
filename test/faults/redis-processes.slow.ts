import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { AdmitOutcome } from '@turnpike/core'
import { createExactLog } from '@turnpike/testkit'
import { setTimeout as pause } from 'node:timers/promises'
import { type RedisServer, startRedis } from '../../scripts/redis.js'
import { claimingOf, claimOf, takingOf, windowOf } from './redis-takes.ts'
import { type CallResult, killWorkers, type RedisWorker, startWorker } from './redis-worker.ts'

let server: RedisServer
let workers: readonly RedisWorker[]
beforeAll(async () => {
  server = await startRedis(['--databases', '1'])
  const plan = { REDIS_URL: server.url, PREFIX: 'processes', STORES: '2', TIMEOUT_MS: '5000' }
  workers = await Promise.all(Array.from({ length: 4 }, () => startWorker(plan)))
})
afterAll(async () => {
  await killWorkers()
  await server.stop()
})

function outcomesOf(results: readonly CallResult[]): readonly AdmitOutcome[] {
  return results.map((result) => {
    if ('error' in result) throw new Error(result.error)
    return result.value as AdmitOutcome
  })
}

describe('four processes with two connections each', () => {
  test.each([
    ['in its own shard', 5],
    ['from another shard', 9],
  ])('R11 R12 of a thousand claims of one use at once, %s, exactly one passes', async (_, shard) => {
    const claimed = workers.map(async (worker) => {
      const calls = Array.from({ length: 250 }, (__, i) => {
        const request = {
          ...claimingOf(claimOf({ credential: `one use ${shard}`, shard, lapse: 'keep' })),
          shard: 5,
        }
        return { store: i % 2, method: 'admit', args: [request] } as const
      })
      return outcomesOf(await worker.call(calls))
    })
    const outcomes = (await Promise.all(claimed)).flat()
    expect(outcomes).toHaveLength(1000)
    expect(outcomes.filter(({ outcome }) => outcome === 'admitted')).toHaveLength(1)
  })

  test('R7 one window under all of them is never above its limit, by the log of what was admitted', async () => {
    const window = windowOf({ holder: 'all', limit: 120, windowMs: 700 })
    const log = createExactLog()
    const untilMs = Date.now() + 6000
    await Promise.all(
      workers.map(async (worker) => {
        while (Date.now() < untilMs) {
          const calls = Array.from({ length: 20 }, (_, i) => {
            const cost = 1 + ((i * 7) % 3)
            return { store: i % 2, method: 'admit', args: [takingOf({ ...window, cost })] } as const
          })
          for (const [i, outcome] of outcomesOf(await worker.call(calls)).entries()) {
            if (outcome.outcome === 'admitted') log.add(outcome.atMs, 1 + ((i * 7) % 3))
          }
          await pause(Math.random() * 15)
        }
      }),
    )
    expect(log.mostWithin(700)).toBeLessThanOrEqual(120)
    expect(log.mostWithin(700)).toBeGreaterThan(110)
  })

  test('R11 killed between claim and keep, a process leaves a use that comes back with the end of its lease', async () => {
    const [first, second] = workers
    const dying = await startWorker({ REDIS_URL: server.url, PREFIX: 'processes' })
    const claim = claimOf({ credential: 'orphan', leaseMs: 600 })
    expect((await dying.admit(claimingOf(claim))).outcome).toBe('admitted')
    await dying.kill()
    const again = claimingOf(claimOf({ credential: 'orphan' }))
    expect(await first?.admit(again)).toMatchObject({ ways: [{ claims: ['inFlight'] }] })
    await pause(650)
    expect((await second?.admit(again))?.outcome).toBe('admitted')
    expect((await first?.admit(claimingOf(claimOf({ credential: 'orphan' }))))?.outcome).toBe('refused')
  })

  test('R12 killed between claim and ending, a process leaves work spent', async () => {
    const dying = await startWorker({ REDIS_URL: server.url, PREFIX: 'processes' })
    const work = () => claimingOf(claimOf({ credential: 'work', lapse: 'keep', leaseMs: 200 }))
    expect((await dying.admit(work())).outcome).toBe('admitted')
    await dying.kill()
    await pause(300)
    expect(await workers[0]?.admit(work())).toMatchObject({ ways: [{ claims: ['spent'] }] })
  })
})

describe('processes whose clocks are 60 s apart', () => {
  test('R13 give one solution one pass, and judge its end alike', async () => {
    const plan = { REDIS_URL: server.url, PREFIX: 'clocks' }
    const fast = await startWorker({ ...plan, CLOCK_AHEAD_MS: '60000' })
    const slow = await startWorker({ ...plan, CLOCK_AHEAD_MS: '-60000' })
    // As when a challenge is issued: dated by the refusal that asks for it.
    const asked = await slow.admit(takingOf(windowOf({ cost: 99 })))
    const issuedAtMs = asked.outcome === 'refused' ? asked.atMs : 0
    const work = (changes: object) => claimingOf(claimOf({ lapse: 'keep', issuedAtMs, ...changes }))
    const outcomes = [
      await fast.admit(work({ credential: 'solution', expiresAtMs: issuedAtMs + 30_000 })),
      await slow.admit(work({ credential: 'solution', expiresAtMs: issuedAtMs + 30_000 })),
    ]
    expect(outcomes).toMatchObject([{ outcome: 'admitted' }, { ways: [{ claims: ['spent'] }] }])
    for (const worker of [fast, slow]) {
      expect(await worker.admit(work({ credential: 'old', expiresAtMs: issuedAtMs }))).toMatchObject({
        ways: [{ claims: ['expired'] }],
      })
    }
  })
})
