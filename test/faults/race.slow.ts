import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { call, type HeaderLines, work } from './caller.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const COPIES = 1000
/** Connections asked for at a time: fewer than fit in the queue of a listening socket. */
const BATCH = 200

let server: ServerProcess
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => await server.end())

async function connections(count: number): Promise<readonly Socket[]> {
  const open: Socket[] = []
  while (open.length < count) {
    const batch = Array.from({ length: BATCH }, () => connect(Number(new URL(server.url).port), '127.0.0.1'))
    await Promise.all(batch.map(async (socket) => void (await once(socket, 'connect'))))
    open.push(...batch)
  }
  return open
}

async function statusOf(socket: Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket.setEncoding('utf8')) text += String(chunk)
  return text.slice(9, 12)
}

function request(headers: HeaderLines): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET /paid HTTP/1.1\r\nHost: faults\r\nConnection: close\r\n${lines.join('')}\r\n`
}

describe('one solution', () => {
  test.each([
    ['while the caller is known at once', { 'X-Decide-Ms': '0', 'X-Forwarded-For': '203.0.113.1' }],
    ['while the caller is looked up', { 'X-Decide-Ms': '50', 'X-Forwarded-For': '203.0.113.2' }],
  ])('R12 sent a thousand times at once admits once, %s', async (_when, headers) => {
    const solution = await work(server.url, '/paid', headers)
    const sockets = await connections(COPIES)
    const answers = sockets.map(statusOf)
    for (const socket of sockets) socket.write(request({ ...headers, ...solution }))
    const statuses = await Promise.all(answers)
    // The last ones are above the thousand challenges a minute that one caller is given (R21).
    const refused = statuses.filter((status) => status === '402' || status === '429')
    expect([statuses.filter((status) => status === '200').length, refused.length]).toEqual([1, COPIES - 1])
    expect(await call(server.url, '/open')).toMatchObject({ status: 200 })
  })
})
