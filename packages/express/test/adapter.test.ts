import { describeAdapter } from '@turnpike/testkit'
import { join } from 'node:path'

const server = join(import.meta.dirname, 'servers/express.js')

describeAdapter({ name: 'Express 5', command: [process.execPath, server, 'express'] })
describeAdapter({ name: 'Express 4', command: [process.execPath, server, 'express4'] })
