/** One start of a server, from an empty process until it listens; `argv[2]` says what stands in front of its route. */
import express from 'express'

const GUARDS = {
  bare: async () => await Promise.resolve([]),
  turnpike: async () => {
    const { pow, turnpike } = await import('@turnpike/express')
    const { protect } = turnpike({ name: 'bench', secret: 'a secret of 32 characters or more' })
    return [protect(pow(4), { free: '60/1m' })]
  },
  'express-rate-limit': async () => {
    const { rateLimit } = await import('express-rate-limit')
    return [rateLimit({ limit: 60 })]
  },
}

const kind = /** @type {keyof typeof GUARDS} */ (process.argv[2] ?? 'bare')
const app = express()
app.get('/search', ...(await GUARDS[kind]()), (_request, response) => {
  response.json({ ok: true })
})
app.listen(0, '127.0.0.1', () => {
  const { user, system } = process.cpuUsage()
  const wallMs = performance.now()
  process.stdout.write(
    JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, megabytes: process.memoryUsage.rss() / 1e6 }),
    () => process.exit(),
  )
})
