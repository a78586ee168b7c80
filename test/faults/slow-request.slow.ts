import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { call, tally } from './caller.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const SLOW_CLIENTS = 300

let server: ServerProcess
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => await server.end())

/** Sends the beginning of a request and then a byte now and then, and never comes to its end. */
async function dawdle(beginning: string): Promise<Socket> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(beginning)
  const drip = setInterval(() => socket.write('x'), 200)
  socket.on('error', () => undefined).on('close', () => clearInterval(drip))
  return socket
}

describe('requests that never come to their end', () => {
  test.each([
    ['in their headers', 'GET /open HTTP/1.1\r\nHost: faults\r\nX-Slow: '],
    [
      'in their body',
      'POST /upload HTTP/1.1\r\nHost: faults\r\nContent-Type: application/json\r\nContent-Length: 90000\r\n\r\n"',
    ],
  ])('%s hold up nobody else', async (_where, beginning) => {
    const slow = await Promise.all(Array.from({ length: SLOW_CLIENTS }, () => dawdle(beginning)))
    await pause(300)
    const begun = performance.now()
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => call(server.url, '/open')))
    expect(performance.now() - begun).toBeLessThan(2000)
    expect(tally(outcomes)).toEqual({ 200: 50 })
    expect(slow.filter((socket) => socket.destroyed)).toEqual([])
    for (const socket of slow) socket.destroy()
  })
})
