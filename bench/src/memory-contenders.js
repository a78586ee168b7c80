/** Who takes part in the memory suite: each is a way to count one call of a key, and is measured in the same loops. */
import { memoryStore } from '@turnpike/core'
import { MemoryStore } from 'express-rate-limit'
import { RateLimiterMemory, RateLimiterUnion } from 'rate-limiter-flexible'
import { gateContender } from './memory-gate.js'
import { awaited, seen, synchronous } from './memory-loops.js'

const LIMIT = 1_000_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

export const contenders = {
  'turnpike-1': () => synchronous(admitting(oneWindow)),
  'turnpike-1-awaited': () => awaited(admitting(oneWindow)),
  'turnpike-refused': () => synchronous(admitting((holder) => oneWindow(holder, 1))),
  'turnpike-2': () => synchronous(admitting(twoWindows)),
  'turnpike-2-awaited': () => awaited(admitting(twoWindows)),
  'turnpike-gate': gateContender,
  flexible: () => {
    const limiter = flexible('rlflx')
    return awaited((key) => limiter.consume(key))
  },
  'flexible-no-prefix': () => {
    const limiter = flexible('')
    return awaited((key) => limiter.consume(key))
  },
  'flexible-refused': () => {
    const limiter = new RateLimiterMemory({ points: 1, duration: HOUR_MS / 1000 })
    // It refuses by throwing, so whoever uses it catches.
    return awaited(async (key) => {
      try {
        return await limiter.consume(key)
      } catch (refusal) {
        return refusal
      }
    })
  },
  'flexible-union': () => {
    const union = new RateLimiterUnion(flexible('minute', MINUTE_MS), flexible('hour'))
    return awaited((key) => union.consume(key))
  },
  'express-store': () => {
    const store = new MemoryStore()
    store.init(/** @type {import('express-rate-limit').Options} */ ({ windowMs: HOUR_MS }))
    return awaited((key) => store.increment(key))
  },
  map: () => synchronous(bareMap()),
}

/** @param {(holder: string) => import('@turnpike/core').WindowTake[]} windowsOf */
function admitting(windowsOf) {
  const store = memoryStore()
  return (/** @type {string} */ holder) => {
    const request = {
      shard: 7,
      common: [],
      ways: [{ windows: windowsOf(holder), claims: [] }],
      otherwise: [],
    }
    seen.request = request
    return store.admit(request)
  }
}

/**
 * @param {string} holder
 * @param {number} [limit]
 */
function oneWindow(holder, limit = LIMIT) {
  return [{ holder, id: 'free 3600000 #policy-1', limit, windowMs: HOUR_MS, cost: 1 }]
}

/** @param {string} holder */
function twoWindows(holder) {
  return [
    { holder, id: 'free 60000 #policy-1', limit: LIMIT, windowMs: MINUTE_MS, cost: 1 },
    { holder, id: 'free 3600000 #policy-1', limit: LIMIT, windowMs: HOUR_MS, cost: 1 },
  ]
}

/**
 * @param {string} keyPrefix 'rlflx' is what it has by default
 * @param {number} [ms]
 */
function flexible(keyPrefix, ms = HOUR_MS) {
  return new RateLimiterMemory({ points: LIMIT, duration: ms / 1000, keyPrefix })
}

/** No promise, no expiry of others, no remaining time: less cannot be done. */
function bareMap() {
  /** @type {Map<string, { hits: number, endsMs: number }>} */
  const windows = new Map()
  return (/** @type {string} */ key) => {
    const nowMs = Date.now()
    const window = windows.get(key)
    if (window === undefined || window.endsMs <= nowMs) {
      windows.set(key, { hits: 1, endsMs: nowMs + HOUR_MS })
      return true
    }
    window.hits += 1
    return window.hits <= LIMIT
  }
}
