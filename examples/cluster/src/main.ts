/** Two servers behind a proxy on one Redis: `npm start -w examples/cluster`. REDIS_URL names one that runs already. */
import { randomBytes } from 'node:crypto'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { startProxy } from './proxy.ts'

const SERVERS = 2
const secret = process.env['TURNPIKE_SECRET'] ?? randomBytes(32).toString('base64url')

const servers = Array.from({ length: SERVERS }, () =>
  fork(new URL('./server.js', import.meta.url), {
    env: { ...process.env, PORT: '0', TURNPIKE_SECRET: secret },
  }),
)
const ports = await Promise.all(servers.map(async (server) => Number((await once(server, 'message'))[0])))
const proxy = await startProxy(Number(process.env['PORT'] ?? 3407), ports)

console.log(`A proxy is up at ${proxy.url}, with servers on ports ${ports.join(' and ')} behind it

   for i in 1 2 3 4 5 6; do curl -s -w ' %{http_code}\\n' ${proxy.url}/search; done

The servers answer in turn; the sixth call is asked to work, whichever it comes to.
`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    proxy.close()
    for (const server of servers) server.kill('SIGTERM')
  })
}
