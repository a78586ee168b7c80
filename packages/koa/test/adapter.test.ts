import { describeAdapter } from '@turnpike/testkit'
import { join } from 'node:path'

const server = join(import.meta.dirname, 'servers/koa.js')

describeAdapter({ name: 'Koa 3', command: [process.execPath, server, 'koa'] })
describeAdapter({ name: 'Koa 2', command: [process.execPath, server, 'koa2'] })
