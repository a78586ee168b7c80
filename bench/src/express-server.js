/** The servers of the Express suite: one route, one answer, and what stands before it. */
import { pow } from '@turnpike/core'
import { turnpike } from '@turnpike/express'
import { rateLimit } from 'express-rate-limit'
import { searchServer } from './search-server.js'

/** Never reached, so that every call is admitted. */
const PLENTY = 1_000_000
const MINUTE_MS = 60_000

export const contenders = {
  bare: () => searchServer([]),
  'limit-draft-8': () => searchServer([limited('draft-8', false)]),
  'limit-draft-7': () => searchServer([limited('draft-7', false)]),
  'limit-legacy': () => searchServer([limited(false, true)]),
  ceiling: () => searchServer([gate().ceiling(`${PLENTY}/1m`)]),
  free: () => searchServer([gate().protect({ free: `${PLENTY}/1m` })]),
  refused: () => searchServer([gate().protect(pow(4))]),
  solved: () => searchServer([gate().protect(pow(1, { quota: `${PLENTY}/1m`, adaptive: false }))]),
}

function gate() {
  return turnpike({ name: 'bench', secret: 'a secret of 32 characters or more' })
}

/**
 * @param {'draft-7' | 'draft-8' | false} standardHeaders
 * @param {boolean} legacyHeaders
 */
function limited(standardHeaders, legacyHeaders) {
  return rateLimit({ windowMs: MINUTE_MS, limit: PLENTY, standardHeaders, legacyHeaders })
}
