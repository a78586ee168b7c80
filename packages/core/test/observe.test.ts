import { describe, expect, test } from '@jest/globals'
import { type GateEvent, pow } from '@turnpike/core'
import { passOf, powOfferOf, refusalOf, request, solved, testGate } from './requests.ts'

describe("mode: 'observe'", () => {
  test('lets through what it would have refused, and reports it', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ name: 'soon', mode: 'observe', free: '1/1m', require: pow(4) })
    const events: GateEvent[] = []
    gate.on('observed', (event) => events.push(event))
    gate.on('refused', (event) => events.push(event))
    gate.on('issued', (event) => events.push(event))
    expect(passOf(await gate.decide(request(), policy)).admission.way).toBe('free')
    const pass = passOf(await gate.decide(request(), policy))
    expect(pass.admission.way).toBe('observed')
    expect(pass.headers).toEqual({ 'turnpike-admission': 'observed' })
    expect(events).toEqual([
      { type: 'observed', policy: 'soon', status: 402, code: 'proof_required', callerClass: 'anonymous' },
    ])
    await pass.finish({ kind: 'completed', status: 200 })
  })
})

describe('skip', () => {
  test('exempts a request: not counted, not marked', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ free: '1/1m', skip: async (view) => view.header('x-health') === 'yes' })
    for (let call = 0; call < 3; call++) {
      expect(await gate.decide(request({ headers: { 'x-health': 'yes' } }), policy)).toEqual({
        outcome: 'skip',
      })
    }
    passOf(await gate.decide(request(), policy))
    expect(refusalOf(await gate.decide(request(), policy)).code).toBe('limit_reached')
  })

  test('that fails admits nobody', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ skip: () => Promise.reject(new Error('no answer')) })
    await expect(gate.decide(request(), policy)).rejects.toThrow('no answer')
  })
})

describe('a CORS preflight', () => {
  test('is never gated or counted; other OPTIONS are', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: pow(4) })
    const headers = { origin: 'https://example.org', 'access-control-request-method': 'POST' }
    const preflight = { method: 'OPTIONS', headers }
    expect(await gate.decide(request(preflight), policy)).toEqual({ outcome: 'preflight' })
    expect(await gate.decide(request(preflight), gate.policy({ free: '1/1m' }))).toEqual({ outcome: 'skip' })
    const exempt = gate.policy({ require: pow(4), skip: () => true })
    expect(await gate.decide(request(preflight), exempt)).toEqual({ outcome: 'skip' })
    for (const missing of ['origin', 'access-control-request-method']) {
      const rest = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== missing))
      expect(refusalOf(await gate.decide(request({ method: 'OPTIONS', headers: rest }), policy)).status).toBe(
        402,
      )
    }
    expect(refusalOf(await gate.decide(request({ method: 'OPTIONS' }), policy)).status).toBe(402)
    expect(refusalOf(await gate.decide(request({ method: 'POST', headers }), policy)).status).toBe(402)
  })
})

describe('X-Forwarded-For', () => {
  const asked = async (ip: string | undefined, field: string | undefined) => {
    const { gate, lines } = testGate()
    const policy = gate.policy({ free: '9/1m' })
    const headers = field === undefined ? {} : { 'x-forwarded-for': field }
    for (let call = 0; call < 2; call++) await gate.decide(request({ ip, headers }), policy)
    return lines
  }

  test('that the framework does not believe is named once, with the setting', async () => {
    expect(await asked('10.0.0.1', '203.0.113.9, 10.0.0.7')).toEqual([
      expect.stringMatching(/'trust proxy', 1.*trust_proxy_missing/),
    ])
  })

  test.each([
    ['203.0.113.9', '203.0.113.9, 10.0.0.7'],
    ['10.0.0.7', '10.0.0.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['192.0.2.1', undefined],
  ])('that gave the address %s (%s) is nothing to speak of', async (ip, field) => {
    expect(await asked(ip, field)).toEqual([])
  })
})

describe('JSON-RPC behind protect', () => {
  test.each([[{ jsonrpc: '2.0', method: 'initialize' }], [[{ jsonrpc: '2.0', method: 'tools/list' }]]])(
    'is warned about once, and names what to use',
    async (body) => {
      const { gate, lines } = testGate()
      const policy = gate.policy({ require: pow(4) })
      for (let call = 0; call < 2; call++)
        await gate.decide(request({ method: 'POST', path: '/mcp', body }), policy)
      expect(lines).toEqual([expect.stringMatching(/gateMcpServer.*json_rpc_behind_protect/)])
    },
  )

  test('is no matter for a mere rate limit, nor is other JSON', async () => {
    const { gate, lines } = testGate()
    const [limit, work] = [gate.policy({ free: '9/1m' }), gate.policy({ require: pow(4) })]
    await gate.decide(request({ body: { jsonrpc: '2.0' } }), limit)
    for (const body of [undefined, null, 'text', 7, [], {}, { jsonrpc: '1.0' }])
      await gate.decide(request({ body }), work)
    expect(lines).toEqual([])
  })
})

describe('events', () => {
  test('tell of each step without naming the caller', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ name: 'p', require: pow(1) })
    const events: GateEvent[] = []
    for (const type of ['admitted', 'refused', 'issued', 'ended'] as const)
      gate.on(type, (event) => events.push(event))
    const offer = powOfferOf(await gate.decide(request(), policy))
    await passOf(await gate.decide(request({ headers: solved(offer) }), policy)).finish({
      kind: 'completed',
      status: 200,
    })
    expect(events.map(({ type }) => type)).toEqual(['issued', 'refused', 'admitted', 'ended'])
    expect(JSON.stringify(events)).not.toContain('192.0.2.1')
  })

  test('survive a listener that fails later', async () => {
    const { gate, lines } = testGate()
    gate.on('admitted', () => Promise.reject(new Error('a late fault')) as never)
    passOf(await gate.decide(request(), gate.policy({})))
    await new Promise((resolve) => setImmediate(resolve))
    expect(lines).toEqual([expect.stringContaining('a late fault')])
  })

  test('end when the listener is taken off, and one that throws disturbs nobody', async () => {
    const { gate, lines } = testGate()
    const policy = gate.policy({})
    const seen: string[] = []
    const off = gate.on('admitted', () => seen.push('first'))
    gate.on('admitted', () => {
      throw new Error('a faulty listener')
    })
    passOf(await gate.decide(request(), policy))
    off()
    passOf(await gate.decide(request(), policy))
    expect(seen).toEqual(['first'])
    expect(lines).toHaveLength(2)
  })
})
