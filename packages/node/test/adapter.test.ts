import { describeAdapter } from '@turnpike/testkit'
import { join } from 'node:path'

const server = join(import.meta.dirname, 'servers/node-http.js')
const limits = {
  mounting: 'node:http has no routers',
  proxyMistake: 'node:http has no trust setting of its own',
}

describeAdapter({ name: 'node:http', command: [process.execPath, server], limits })
describeAdapter({
  name: 'HTTP/2',
  command: [process.execPath, server, 'http2'],
  http2: true,
  limits,
})
