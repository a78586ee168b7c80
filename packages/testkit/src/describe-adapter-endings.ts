import { describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { AdapterSubject } from './adapter-subject.ts'
import type { ChildEvent } from './child-server.ts'
import type { RawExchange } from './raw-http.ts'
import { PAUSE_HEADER } from './scenario.ts'
import { VOUCHER_HEADER } from './voucher-rail.ts'

/** How calls end, reported exactly once each, and what that means for the money (R31). */
export function describeEndings(subject: AdapterSubject): void {
  describe('ending', () => {
    describeAnswered(subject)
    describeBrokenOff(subject)
    describeNeverStarted(subject)
  })
  describe('paid use', () => {
    describePaidUse(subject)
  })
}

/** A failed handler is `completed` where the framework answers for it, `errored` where the adapter does. */
const FAILED = expect.stringMatching(/^(?:completed|errored)$/)
/** What Node's HTTP/1 and HTTP/2 clients say when the server cuts an answer off. */
const BROKEN_OFF = /aborted|hang up|reset|closed|NGHTTP2/
/** Not every framework tells a failed stream from a client that left. */
const CUT = expect.stringMatching(/^(?:aborted|errored)$/)

function describeAnswered(subject: AdapterSubject): void {
  test.each([
    ['admission', 200, 'completed'],
    ['empty', 204, 'completed'],
    ['unchanged', 304, 'completed'],
    ['invalid', 400, 'completed'],
    ['missing', 404, 'completed'],
    ['broken', 500, FAILED],
  ])('of a handler that answers %s is reported once', async (reply, status, ending) => {
    const since = await subject.mark()
    const answer = await subject.visitor().send({ path: `/open/${reply}` })
    expect(answer.status).toBe(status)
    expect(await subject.endings('open', since)).toEqual([expect.objectContaining({ ending })])
  })

  test('a handler that throws leaves the gate fields on the answer', async () => {
    const answer = await subject.visitor().send({ path: '/open/broken' })
    expect([answer.status, answer.field('Turnpike-Admission')]).toEqual([500, 'free'])
    expect(answer.field('RateLimit')).toMatch(/"open ceiling"/)
  })

  test('server-sent events flow unbuffered, and end with the last one', async () => {
    const since = await subject.mark()
    const { chunks } = subject.visitor().open({ path: '/open/events' })
    const endedAtArrival: boolean[] = []
    const events: string[] = []
    for await (const chunk of chunks) {
      events.push(chunk)
      if (events.length === 5) continue
      // The server sends no other before this one has arrived.
      await subject.mark()
      endedAtArrival.push(subject.server.events.slice(since).some(({ type }) => type === 'ended'))
    }
    expect(events).toEqual([1, 2, 3, 4, 5].map((event) => `data: ${event}\n\n`))
    expect(endedAtArrival.slice(0, 3)).toEqual([false, false, false])
    expect(await subject.endings('open', since)).toEqual([
      expect.objectContaining({ ending: 'completed', status: 200 }),
    ])
  })
}

function describeBrokenOff(subject: AdapterSubject): void {
  test('of a client that leaves in the middle is an abort with its status', async () => {
    const since = await subject.mark()
    await leaveMidway(subject.visitor().open({ path: '/open/download' }))
    expect(await subject.endings('open', since)).toEqual([
      expect.objectContaining({ ending: 'aborted', status: 200 }),
    ])
  })

  test('of a client that leaves before the header is an abort without a status', async () => {
    const since = await subject.mark()
    const exchange = subject.visitor().open({ path: '/open/late' })
    await subject.server.until(hasStarted, since)
    exchange.abort()
    const endings = await subject.endings('open', since)
    expect(endings.map(({ ending, status }) => [ending, status])).toEqual([['aborted', undefined]])
  })

  test('of a stream that fails is reported once, cuts the answer off and leaves the server up', async () => {
    const since = await subject.mark()
    const visitor = subject.visitor()
    await expect(visitor.send({ path: '/open/brokenDownload' })).rejects.toThrow(BROKEN_OFF)
    expect(await subject.endings('open', since)).toEqual([
      expect.objectContaining({ ending: CUT, status: 200 }),
    ])
    expect((await visitor.send({ path: '/open/admission' })).status).toBe(200)
  })
}

function describeNeverStarted(subject: AdapterSubject): void {
  test('R31 of a client that leaves during the decision: no handler runs, and all is given back', async () => {
    const visitor = subject.visitor()
    const proof = await visitor.work({ path: '/sold/admission' })
    for (const headers of [proof, { [VOUCHER_HEADER]: randomUUID() }]) {
      const since = await subject.mark()
      await leaveUndecided(subject, since, () =>
        visitor.open({ path: '/sold/admission', headers: { ...headers, [PAUSE_HEADER]: '' } }),
      )
      expect(await subject.endings('sold', since)).toEqual([
        expect.objectContaining({ ending: 'notStarted', claims: 'givenBack' }),
      ])
      expect((await subject.log(since)).filter(({ type }) => type === 'started')).toEqual([])
      expect((await visitor.send({ path: '/sold/admission', headers })).status).toBe(200)
    }
  })

  test('a client that leaves before a refusal harms nothing', async () => {
    const since = await subject.mark()
    const visitor = subject.visitor()
    await leaveUndecided(subject, since, () =>
      visitor.open({ path: '/paid', headers: { [PAUSE_HEADER]: '' } }),
    )
    await subject.server.until((events) => events.some(({ type }) => type === 'refused'), since)
    expect((await visitor.send({ path: '/open/admission' })).status).toBe(200)
  })
}

function describePaidUse(subject: AdapterSubject): void {
  test.each([
    ['admission', 'kept', 402],
    ['empty', 'kept', 402],
    ['unchanged', 'kept', 402],
    ['invalid', 'givenBack', 400],
    ['missing', 'givenBack', 404],
    ['broken', 'givenBack', 500],
    ['disappointing', 'givenBack', 200],
  ])('R31 of a handler that answers %s is %s', async (reply, claims, next) => {
    const visitor = subject.visitor()
    const headers = { [VOUCHER_HEADER]: randomUUID() }
    const since = await subject.mark()
    await visitor.send({ path: `/sold/${reply}`, headers })
    expect(await subject.endings('sold', since)).toEqual([expect.objectContaining({ claims })])
    expect((await visitor.send({ path: `/sold/${reply}`, headers })).status).toBe(next)
  })

  test('R31 is kept when the client leaves in the middle: aborting is no refund', async () => {
    const visitor = subject.visitor()
    const headers = { [VOUCHER_HEADER]: randomUUID() }
    const since = await subject.mark()
    await leaveMidway(visitor.open({ path: '/sold/download', headers }))
    expect(await subject.endings('sold', since)).toEqual([expect.objectContaining({ claims: 'kept' })])
    expect((await visitor.send({ path: '/sold/admission', headers })).json()).toMatchObject({
      code: 'credential_spent',
    })
  })

  test('R31 is kept when the client leaves a running handler before the header', async () => {
    const visitor = subject.visitor()
    const since = await subject.mark()
    const exchange = visitor.open({ path: '/sold/late', headers: { [VOUCHER_HEADER]: randomUUID() } })
    await subject.server.until(hasStarted, since)
    exchange.abort()
    expect(await subject.endings('sold', since)).toEqual([expect.objectContaining({ claims: 'kept' })])
  })

  test('R31 is kept when the stream fails after the header', async () => {
    const visitor = subject.visitor()
    const since = await subject.mark()
    const exchange = visitor.send({
      path: '/sold/brokenDownload',
      headers: { [VOUCHER_HEADER]: randomUUID() },
    })
    await expect(exchange).rejects.toThrow(BROKEN_OFF)
    expect(await subject.endings('sold', since)).toEqual([expect.objectContaining({ claims: 'kept' })])
  })
}

function hasStarted(events: readonly ChildEvent[]): boolean {
  return events.some(({ type }) => type === 'started')
}

/** Reads a little, then leaves. */
async function leaveMidway({ chunks, abort }: RawExchange): Promise<void> {
  for await (const chunk of chunks) {
    if (chunk.length > 0) break
  }
  abort()
}

/** Asks, leaves while the decision is being made, and lets it go on after that. */
async function leaveUndecided(subject: AdapterSubject, since: number, ask: () => RawExchange): Promise<void> {
  const { abort } = ask()
  await subject.server.until((events) => events.some(({ type }) => type === 'deciding'), since)
  abort()
  // What HTTP/2 has to say goes out with the next turn.
  await pause(20)
  await subject.mark()
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
