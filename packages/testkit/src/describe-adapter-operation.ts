import { describe, expect, test } from '@jest/globals'
import { adapterSubject, type AdapterSubject, type AdapterUnderTest } from './adapter-subject.ts'
import { startChildServer } from './child-server.ts'
import { createRawHttp2 } from './raw-http2.ts'
import { createRawHttp } from './raw-http.ts'

/** The server among others: proxies before it, a store behind it, its own end. Each with settings of its own. */
export function describeOperation(adapter: AdapterUnderTest): void {
  describe('with no proxy in front', () => {
    describeDirect(adapterSubject(adapter))
  })
  describe('behind one proxy', () => {
    describeProxied(adapterSubject(adapter, { trustProxy: 1 }))
  })
  if (adapter.limits?.proxyMistake === undefined) {
    describe('with all addresses trusted', () => {
      describeTrusting(adapterSubject(adapter, { trustProxy: true }))
    })
  }
  describe('with a store that fails', () => {
    describeStoreDown(adapterSubject(adapter, { storeDown: true }))
  })
  describe('at its end', () => {
    describeEnd(adapter)
  })
}

function describeDirect(subject: AdapterSubject): void {
  test('X-Forwarded-For of a stranger makes no new caller', async () => {
    const stranger = subject.stranger()
    const statuses: number[] = []
    for (let call = 1; call <= 4; call += 1) {
      const headers = { 'X-Forwarded-For': `203.0.113.${call}`, Forwarded: `for=203.0.113.${call}` }
      statuses.push((await stranger.send({ path: '/sampled', headers })).status)
    }
    expect(statuses).toEqual([200, 200, 200, 402])
  })
}

function describeProxied(subject: AdapterSubject): void {
  const callerAt = async (address: string): Promise<string | undefined> => {
    const headers = { 'X-Forwarded-For': address }
    const { text } = await subject.stranger().send({ path: '/open/admission', headers })
    return /"caller":(\{.*?\})/.exec(text)?.[1]
  }

  test('the address that the proxy saw is the caller; what the client claims before it is not', async () => {
    expect(await callerAt('6.6.6.6, 203.0.113.9')).toBe(await callerAt('203.0.113.9'))
    expect(await callerAt('203.0.113.9')).not.toBe(await callerAt('203.0.113.10'))
  })

  test.each([
    ['an IPv4 address and its mapped form', '198.51.100.7', '::ffff:198.51.100.7'],
    ['the mapped forms', '::ffff:198.51.100.7', '::ffff:c633:6407'],
    ['two addresses of one /64', '2001:db8:0:1::1', '2001:db8:0:1:ffff::2'],
  ])('R8 %s are one caller', async (_what, one, other) => {
    expect(await callerAt(one)).toBe(await callerAt(other))
  })

  test('R8 addresses of two /64 are two callers, and junk is nobody', async () => {
    expect(await callerAt('2001:db8:0:1::1')).not.toBe(await callerAt('2001:db8:0:2::1'))
    expect(await callerAt('junk')).toMatch(/"id":"unknown"/)
  })
}

function describeTrusting(subject: AdapterSubject): void {
  test('the setting that lets clients choose their address is named once', async () => {
    const visitor = subject.visitor()
    await visitor.send({ path: '/open/admission' })
    await visitor.send({ path: '/open/admission' })
    const warnings = subject.server.events.filter(({ type }) => type === 'warning')
    expect(warnings).toEqual([expect.objectContaining({ code: 'trust_proxy_spoofable' })])
  })
}

function describeStoreDown(subject: AdapterSubject): void {
  test('R16 work gets 503 and Retry-After and no handler runs', async () => {
    const visitor = subject.visitor()
    const answer = await visitor.send({ path: '/paid' })
    expect(answer.status).toBe(503)
    expect(answer.field('Retry-After')).toMatch(/^[1-9]\d*$/)
    expect(subject.server.events.filter(({ type }) => type === 'started')).toEqual([])
  })
}

function describeEnd(adapter: AdapterUnderTest): void {
  test('the process ends by itself once it is told to', async () => {
    const server = await startChildServer(adapter.command, adapter.env)
    const client = adapter.http2 === true ? createRawHttp2(server.url) : createRawHttp(server.url)
    const answer = await client.send({ path: '/open/admission' })
    client.close()
    expect([answer.status, await server.stop()]).toEqual([200, 0])
  })
}
