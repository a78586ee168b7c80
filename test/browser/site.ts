import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { IMPORT_MAP, packageFile } from './package-files.ts'

/** A site that has the packages, without a bundler. */
export interface Site {
  readonly origin: string
  close(): Promise<void>
}

/** An import map must stand in the page; its hash is what a strict policy lets it in by. */
const MAP_HASH = createHash('sha256').update(IMPORT_MAP).digest('base64')

const STRICT = `default-src 'none'; img-src data:; script-src 'self' 'sha256-${MAP_HASH}'`

/** Policies by the path of the page that has them. */
const POLICIES: Readonly<Record<string, string | undefined>> = {
  '/': undefined,
  '/strict': `${STRICT}; worker-src 'self'`,
  '/strict-with-workers': `${STRICT}; worker-src 'self' blob:`,
  '/strict-with-wasm': `${STRICT} 'wasm-unsafe-eval'; worker-src 'self' blob:`,
}

const PAGE = `<!doctype html><meta charset="utf-8"><title>Turnpike</title><link rel="icon" href="data:,">
<script type="importmap">${IMPORT_MAP}</script>`

/** A worker of a site's own, which solves what it is sent. */
const SOLVING_WORKER = `import { solve } from '/linked/solver/index.js'
addEventListener('message', async ({ data }) => postMessage(await solve(data)))
postMessage('ready')`

/** Serves it on a free port of loopback. */
export async function openSite(): Promise<Site> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site')
    const found = answerTo(pathname)
    response.writeHead(found === undefined ? 404 : 200, { 'Content-Type': 'text/plain', ...found?.headers })
    response.end(found?.text ?? `no ${pathname}`)
  })
  return await listening(server)
}

/** The origin of a server on a free port of loopback, and its end. */
export async function listening(server: Server): Promise<Site> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

interface Found {
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

function answerTo(path: string): Found | undefined {
  if (path in POLICIES) return page(POLICIES[path])
  const text = path === '/worker.js' ? SOLVING_WORKER : packageFile(path)
  return text === undefined ? undefined : { text, headers: { 'Content-Type': 'text/javascript' } }
}

function page(policy: string | undefined): Found {
  const headers = { 'Content-Type': 'text/html' }
  return {
    text: PAGE,
    headers: policy === undefined ? headers : { ...headers, 'Content-Security-Policy': policy },
  }
}
