/**
 * One machine, two workers, one file: `npm start -w examples/one-box`. What one worker counts or takes, the other knows; and
 * so does the next start, for as long as TURNPIKE_SECRET and TURNPIKE_FILE stay the same.
 */
import cluster from 'node:cluster'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from './worker.ts'

const WORKERS = 2

if (cluster.isPrimary) {
  const env = {
    PORT: process.env['PORT'] ?? '3406',
    TURNPIKE_FILE: process.env['TURNPIKE_FILE'] ?? join(tmpdir(), `turnpike-one-box-${process.pid}.mdb`),
    // All workers need the same one.
    TURNPIKE_SECRET: process.env['TURNPIKE_SECRET'] ?? randomBytes(32).toString('base64url'),
  }
  for (let worker = 0; worker < WORKERS; worker += 1) cluster.fork(env)

  let listening = 0
  cluster.on('listening', (_worker, { port }) => {
    listening += 1
    if (listening === WORKERS) console.log(greeting(`http://127.0.0.1:${port}`, env.TURNPIKE_FILE))
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      for (const worker of Object.values(cluster.workers ?? {})) worker?.kill()
    })
  }
} else {
  await serve()
}

function greeting(url: string, file: string): string {
  return `Two workers are up at ${url}, with one file: ${file}

   for i in 1 2 3 4 5 6; do curl -s -w ' %{http_code}\\n' ${url}/search; done

The sixth call is asked to work, whichever worker it comes to.
`
}
