/** The servers of the Express suite: one route, one answer, and what stands before it. */
import { pow } from '@turnpike/core'
import { turnpike } from '@turnpike/express'
import express from 'express'
import { rateLimit } from 'express-rate-limit'
import { measured } from './measured-server.js'

/** Never reached, so that every call is admitted. */
const PLENTY = 1_000_000
const MINUTE_MS = 60_000

export const contenders = {
  bare: () => served([]),
  'limit-draft-8': () => served([limited('draft-8', false)]),
  'limit-draft-7': () => served([limited('draft-7', false)]),
  'limit-legacy': () => served([limited(false, true)]),
  ceiling: () => served([gate().ceiling(`${PLENTY}/1m`)]),
  free: () => served([gate().protect({ free: `${PLENTY}/1m` })]),
  refused: () => served([gate().protect(pow(4))]),
  solved: () => served([gate().protect(pow(1, { quota: `${PLENTY}/1m`, adaptive: false }))]),
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

/** @param {import('express').RequestHandler[]} guards */
function served(guards) {
  const app = express()
  app.get('/search', ...guards, (_request, response) => {
    response.json({ ok: true, items: [1, 2, 3] })
  })
  return measured(() => app.listen(0, '127.0.0.1'))
}
