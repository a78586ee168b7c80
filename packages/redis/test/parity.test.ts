import { afterAll, expect, test } from '@jest/globals'
import { type AdmitRequest, type ClaimTake, memoryStore, type Store, type WindowTake } from '@turnpike/core'
import { seededRandom } from '@turnpike/testkit'
import { freshPrefix, openRedis } from './redis-client.ts'
import { openScripts } from './scripts-on-clock.ts'

const redis = openRedis()
afterAll(async () => {
  await redis.script('FLUSH')
  redis.disconnect()
})

/** ms mod 2^32 wraps here: slots are cut off. */
const WRAP_MS = 420 * 2 ** 32
interface Play {
  readonly memory: Store
  readonly scripts: ReturnType<typeof openScripts>
  readonly random: () => number
  nowMs: number
}

const pick = <Item>(random: () => number, items: readonly Item[]): Item => {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}

function someWindow(random: () => number, holders: readonly string[]): WindowTake {
  const take = {
    holder: pick(random, holders),
    id: pick(random, ['search free', 'search ceiling', 'issued']),
    limit: pick(random, [1, 20, 32, 33, 100, 70_000]),
    windowMs: pick(random, [60_000, 60_001, 7_000_000]),
    cost: pick(random, [0, 1, 1, 1, 2, 9]),
  }
  if (random() < 0.02) return { ...take, cost: 66_000, force: true }
  return random() < 0.05 ? { ...take, force: true } : take
}

function someWindows(random: () => number, holders: readonly string[], most: number): readonly WindowTake[] {
  return Array.from({ length: Math.floor(random() * (most + 1)) }, () => someWindow(random, holders))
}

let claimCount = 0
function someClaims(play: Play): readonly ClaimTake[] {
  const { random } = play
  if (random() < 0.5) return []
  return Array.from({ length: random() < 0.8 ? 1 : 2 }, () => {
    claimCount += 1
    const claim = {
      credential: random() < 0.3 ? `new ${claimCount}` : pick(random, ['a', 'b', 'c', 'd']),
      shard: 5,
      claimId: `claim ${claimCount}`,
      uses: pick(random, [1, 1, 2, 40]),
      // Records outlast the test: the keys of this clock expire by that of the server.
      expiresAtMs: play.nowMs + pick(random, [-1, 0, 900_000, 5_000_000]),
      leaseMs: pick(random, [1000, 30_000]),
      lapse: pick(random, ['keep', 'giveBack', 'giveBack', 'free'] as const),
      settled: random() < 0.8,
    }
    return random() < 0.3 ? { ...claim, issuedAtMs: WRAP_MS - 1000 + pick(random, [-1, 0, 5000]) } : claim
  })
}

/** Few shapes, so that each has a script of its own. */
const PLAIN: readonly WindowTake[] = [
  { holder: 'one', id: 'search free', limit: 20, windowMs: 60_000, cost: 1 },
  { holder: 'one', id: 'search ceiling', limit: 100, windowMs: 60_000, cost: 2 },
  { holder: 'one', id: 'issued', limit: 1000, windowMs: 7_000_000, cost: 1 },
]

/** Half of them plain ones, for the short way. */
function someRequest(play: Play): AdmitRequest {
  const { random } = play
  const holders = random() < 0.5 ? ['one'] : ['one', 'two', 'three']
  if (random() < 0.5) {
    const windows = PLAIN.slice(0, 1 + Math.floor(random() * 3))
    const claims = random() < 0.6 ? [] : someClaims(play).slice(0, 1)
    const plain = claims.map((claim) =>
      Object.assign(claim, { uses: Math.min(claim.uses, 2), leaseMs: 1000 }),
    )
    return { shard: 5, common: [], ways: [{ windows, claims: plain }], otherwise: [] }
  }
  const ways = Array.from({ length: Math.floor(random() * 4) }, () => ({
    windows: someWindows(random, holders, 2),
    claims: someClaims(play),
    ...(random() < 0.2 ? { common: someWindows(random, holders, 2) } : {}),
    ...(random() < 0.2 ? { lookOnly: true } : {}),
  }))
  return {
    shard: 5,
    common: someWindows(random, holders, 2),
    ways,
    otherwise: someWindows(random, holders, 2),
  }
}

/** What was asked stands beside what was answered, to be read in a failure. */
function agree(redisSays: unknown, memorySays: unknown): void {
  expect(redisSays).toEqual(memorySays)
}

async function playStep(play: Play): Promise<string> {
  const { memory, scripts, random } = play
  const { keys, names, tend } = scripts
  const ref = {
    credential: pick(random, ['a', 'b', 'c', 'd']),
    shard: 5,
    claimId: `claim ${claimCount - Math.floor(random() * 12)}`,
  }
  const credentialKeys = [keys.credential(ref.credential, 5)]
  const chance = random()
  if (chance < 0.16) {
    const op = chance < 0.08 ? 'keep' : 'giveBack'
    const ended = await tend({ op, keys: credentialKeys, claimId: ref.claimId })
    agree({ op, ref, ended }, { op, ref, ended: { value: await memory[op](ref) } })
    return op
  }
  if (chance < 0.2) {
    await tend({ op: 'renew', keys: credentialKeys, claimId: ref.claimId, leaseMs: 20_000 })
    await memory.renew([ref], 20_000)
    return 'renew'
  }
  if (chance < 0.3) {
    const { holder, id, windowMs } = someWindow(random, ['one', 'two'])
    const atMs = play.nowMs - Math.floor(random() * 3000)
    const units = pick(random, [-2, -5, 3])
    const name = names.nameOf(id, windowMs)
    const slotMs = Math.ceil(windowMs / 32)
    await tend({ op: 'adjust', keys: [keys.windows(holder, 5)], name, windowMs, slotMs, atMs, units })
    await memory.adjust([{ shard: 5, holder, id, windowMs, limit: 1000, atMs, units }])
    return 'adjust'
  }
  const request = someRequest(play)
  const { outcome, isFast } = await scripts.admit(request)
  agree({ request, outcome }, { request, outcome: await memory.admit(request) })
  const claimed = outcome.outcome === 'admitted' && outcome.usesLeft.length > 0 ? ' with a claim' : ''
  return `${isFast ? 'fast' : 'long'} ${outcome.outcome}${claimed}`
}

test.each([1, 2, 3, 4])(
  'R7 R11 memory and Redis decide any history alike, to the millisecond and the unit (seed %i)',
  async (seed) => {
    let nowMs = WRAP_MS - 1000
    const prefix = freshPrefix()
    const memory = memoryStore({ now: () => nowMs })
    const scripts = openScripts(redis, prefix, () => nowMs)
    await redis.set(scripts.keys.epoch(5), nowMs)
    const random = seededRandom(seed)
    const seen = new Set<string>()
    for (let step = 0; step < 1500; step += 1) {
      nowMs += Math.floor(random() * random() * (random() < 0.01 ? 70_000 : 700))
      seen.add(await playStep({ memory, scripts, random, nowMs }))
    }
    const all = [
      'adjust',
      'fast admitted',
      'fast admitted with a claim',
      'fast refused',
      'giveBack',
      'keep',
      'long admitted',
      'long admitted with a claim',
      'long refused',
      'renew',
    ]
    expect([...seen].toSorted()).toEqual(all)
  },
)

test('R7 a record that grew expires with what was added last, to the millisecond', async () => {
  let nowMs = WRAP_MS
  const memory = memoryStore({ now: () => nowMs })
  const scripts = openScripts(redis, freshPrefix(), () => nowMs)
  const seen = new Set<string>()
  for (let gapMs = 0; gapMs < 40; gapMs += 1) {
    const window = { holder: `after ${gapMs}`, id: 'search free', limit: 40, windowMs: 1000, cost: 20 }
    const request = { shard: 5, common: [], ways: [{ windows: [window], claims: [] }], otherwise: [] }
    for (const stepMs of [0, gapMs, 999 - gapMs, 1, gapMs - 1, 1]) {
      nowMs += Math.max(0, stepMs)
      const { outcome, isFast } = await scripts.admit(request)
      expect({ gapMs, stepMs, outcome }).toEqual({ gapMs, stepMs, outcome: memory.admit(request) })
      seen.add(`${outcome.outcome} ${isFast}`)
    }
  }
  expect(seen).toEqual(new Set(['admitted true', 'refused true']))
})

test('R7 a clock that steps back, as after a failover, is read as the time of the newest event by both', async () => {
  let nowMs = WRAP_MS
  const memory = memoryStore({ now: () => nowMs })
  const scripts = openScripts(redis, freshPrefix(), () => nowMs)
  const random = seededRandom(9)
  const seen = new Set<boolean>()
  for (let step = 0; step < 300; step += 1) {
    nowMs += Math.floor((random() - 0.4) * 3000)
    const window = { holder: 'one', id: 'search free', limit: 1000, windowMs: 60_000, cost: 1 }
    const request = { shard: 5, common: [], ways: [{ windows: [window], claims: [] }], otherwise: [] }
    const { outcome } = await scripts.admit(request)
    expect(outcome).toEqual(memory.admit(request))
    seen.add(outcome.outcome === 'admitted' && outcome.atMs > nowMs)
  }
  expect(seen).toEqual(new Set([true, false]))
})
