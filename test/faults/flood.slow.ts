import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createRawHttp, type RawClient } from '@turnpike/testkit'
import { call, outcomeOf, type Outcome, tally, work } from './caller.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const REQUESTS = 5000
const LANES = 50
const ADDRESSES = ['198.51.100.1', '198.51.100.2', '2001:db8::1']
const FLOODER = { 'X-Forwarded-For': '203.0.113.66' }

let server: ServerProcess
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => await server.end())

/** One connection's share, one request after the other. */
async function lane(client: RawClient): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  while (outcomes.length < REQUESTS / LANES) {
    outcomes.push(outcomeOf(await client.send({ path: '/preset', headers: FLOODER })))
  }
  client.close()
  return outcomes
}

async function flood(): Promise<readonly Outcome[]> {
  const clients = Array.from({ length: LANES }, () => createRawHttp(server.url, { keepAlive: true }))
  const outcomes = await Promise.all(clients.map(lane))
  return outcomes.flat()
}

/** Free calls, and one worked for when they are used up. */
async function honestStatuses(address: string): Promise<readonly number[]> {
  const caller = { 'X-Forwarded-For': address }
  const statuses: number[] = []
  for (let free = 0; free < 6; free += 1) statuses.push((await call(server.url, '/preset', caller)).status)
  const solution = await work(server.url, '/preset', caller)
  return [...statuses, (await call(server.url, '/preset', { ...caller, ...solution })).status]
}

describe('a flood of calls without proof from one address', () => {
  test('R21 gets its free calls, a thousand challenges and 429, and holds up nobody else', async () => {
    const state = { over: false }
    const flooding = flood().finally(() => (state.over = true))
    const served: (readonly number[])[] = []
    for (const address of ADDRESSES) served.push(await honestStatuses(address))
    expect(state).toEqual({ over: false })
    const counts = tally(await flooding)
    for (const statuses of served) expect(statuses).toEqual([200, 200, 200, 200, 200, 402, 200])
    expect(counts).toEqual({ 200: 5, 402: 1000, 429: REQUESTS - 1005 })
  })
})
