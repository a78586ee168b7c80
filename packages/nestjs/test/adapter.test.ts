import { describeAdapter } from '@turnpike/testkit'
import { join } from 'node:path'

const server = join(import.meta.dirname, 'servers/nest.js')
const limits = { mounting: 'the module mounts the endpoint itself, once, where all clients look for it' }

describeAdapter({ name: 'Nest on Express', command: [process.execPath, server, 'express'], limits })
describeAdapter({ name: 'Nest on Fastify', command: [process.execPath, server, 'fastify'], limits })
