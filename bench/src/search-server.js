/** The Express servers of the suites: one route, one answer, and what stands before it. */
import express from 'express'
import { measured } from './measured-server.js'

/** @param {readonly import('express').RequestHandler[]} guards */
export function searchServer(guards) {
  const app = express()
  app.get('/search', ...guards, (_request, response) => {
    response.json({ ok: true, items: [1, 2, 3] })
  })
  return measured(() => app.listen(0, '127.0.0.1'))
}
