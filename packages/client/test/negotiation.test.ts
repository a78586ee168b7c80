import { describe, expect, test } from '@jest/globals'
import { createNegotiator, memoryLedger, refusalOf } from '@turnpike/client'
import type { Ledger, NegotiationEvent, NegotiatorOptions, Refusal } from '@turnpike/client'
import { parseProblem } from '@turnpike/protocol'
import { samplePurchase } from './sample-purchase.ts'
import { toyNetwork, walletOf, type ToyNetwork } from './toy-wallet.ts'

/** A problem document of a gate, as it also comes over other transports than HTTP. */
function problemOf(network: ToyNetwork, more: object = {}): Refusal {
  const { invoice } = network.invoice(10_000)
  const expiresAt = Math.floor(Date.now() / 1000) + 300
  const work = { challenge: 'A'.repeat(100), target: 'ffffffff', count: 1, algorithm: 'sha256', uses: 3 }
  const offers = [
    { rail: 'pow', ...work, expiresAt },
    { rail: 'lightning', macaroon: 'AAAA', invoice, sats: 10, uses: 2, expiresAt },
  ]
  const problem = parseProblem({ status: 402, code: 'proof_required', resource: 'search', offers, ...more })
  if (problem === undefined) throw new Error('no problem')
  return refusalOf(problem)
}

function negotiator(options: NegotiatorOptions = {}) {
  const network = toyNetwork()
  const events: NegotiationEvent[] = []
  const made = createNegotiator({ wallet: walletOf(network), ...options })
  const open = (request = 'search', origin = 'stdio:tools') =>
    made.open({ origin, request, onEvent: (event) => events.push(event) })
  return { network, events, open, made, types: () => events.map(({ type }) => type) }
}

describe('createNegotiator', () => {
  test('refuses an option that it does not have', () => {
    const misspelt: object = { budgets: {} }
    expect(() => createNegotiator(misspelt)).toThrow(/no option "budgets"/)
  })
})

describe('a negotiation without fetch', () => {
  test('works: the credential is what X-PoW-Solution would hold', async () => {
    const { network, open } = negotiator()
    const call = open()
    expect(await call.credential()).toBeUndefined()
    const step = await call.meet(problemOf(network))
    expect(step).toEqual({
      kind: 'send',
      credential: { rail: 'pow', text: expect.stringMatching(/^challenge=A{100},nonce=[0-9a-f]+$/) },
    })
    expect(network.paid).toEqual([])
  })

  test('pays: the credential is what Authorization would hold', async () => {
    const { network, open, types } = negotiator({ solve: false })
    const step = await open().meet(problemOf(network))
    const preimage = network.preimages.get(network.paid[0] ?? '')
    expect(step).toEqual({ kind: 'send', credential: { rail: 'lightning', text: `L402 AAAA:${preimage}` } })
    expect(types()).toEqual(['challenged', 'paying', 'paid'])
  })

  test('waits: there is no credential', async () => {
    const { network, open } = negotiator({ solve: false, prefer: 'wait' })
    const step = await open().meet({ ...problemOf(network), retryAfterMs: 10 })
    expect([step, network.paid]).toEqual([{ kind: 'send', credential: undefined }, []])
  })

  test('shows what is left of a solution or a purchase at once, to the same seller for the same thing', async () => {
    for (const [options, uses] of [
      [{}, 3],
      [{ solve: false }, 2],
    ] as const) {
      const { network, open } = negotiator(options)
      const way = uses === 3 ? 'pow' : 'lightning'
      for (let left = uses - 1; left >= 0; left -= 1) {
        const call = open()
        const kept = await call.credential()
        expect(kept === undefined).toBe(left === uses - 1)
        if (kept === undefined) await call.meet(problemOf(network))
        await call.conclude({ status: 200, admission: `${way};uses=${left}` })
      }
      for (const call of [open(), open('other'), open('search', 'stdio:others')]) {
        expect(await call.credential()).toBeUndefined()
      }
      expect(network.paid).toHaveLength(uses === 3 ? 0 : 1)
    }
  })

  test.each([
    ['a solution', {}],
    ['a purchase', { solve: false }],
  ])('shows what is left of %s to nobody else, for nothing else, and not for ever', async (_, options) => {
    let now = Date.now()
    const { network, open } = negotiator({ ...options, now: () => now })
    const first = open()
    await first.meet(problemOf(network))
    await first.conclude({ status: 200, admission: 'none;uses=1' })
    for (const other of [open('other'), open('search', 'stdio:others')]) {
      expect(await other.credential()).toBeUndefined()
    }
    const again = open()
    expect(await again.credential()).toBeDefined()
    await again.conclude()
    now += 31 * 86_400_000
    expect(await open().credential()).toBeUndefined()
  })

  test('keeps the latest thousand solutions', async () => {
    const { network, open } = negotiator()
    for (let call = 0; call < 1002; call += 1) await open(`tool ${call}`).meet(problemOf(network))
    const isKept = async (call: number): Promise<boolean> =>
      (await open(`tool ${call}`).credential()) !== undefined
    expect([await isKept(0), await isKept(1), await isKept(2), await isKept(1001)]).toEqual([
      false,
      false,
      true,
      true,
    ])
  })

  test('R35 pays nothing, not even what was begun, where the call cannot be repeated', async () => {
    const { network, events, open, made } = negotiator({ solve: false })
    const prepare = async () =>
      await Promise.resolve({ kind: 'obstacle', reason: 'body_too_large', message: 'no' } as const)
    const first = open()
    await first.meet(problemOf(network))
    await first.conclude()
    await made.open({ origin: 'stdio:tools', request: 'search', prepare }).meet(problemOf(network))
    expect(events.filter(({ type }) => type === 'reusing')).toEqual([])
  })

  test('goes on where it cannot be written down that a seller refused what it sold', async () => {
    const inner = memoryLedger()
    let isFull = false
    const update: Ledger['update'] = async (turn) => {
      if (isFull) throw new Error('disk full')
      return await inner.update(turn)
    }
    const { network, open, types } = negotiator({ solve: false, ledger: { ...inner, update } })
    const call = open()
    await call.meet(problemOf(network))
    isFull = true
    const step = await call.meet(problemOf(network, { code: 'credential_forged' }))
    expect([step.kind, network.paid.length]).toEqual(['giveUp', 1])
    expect(types()).toContain('ledgerFailed')
  })

  test('gives back the use of a solution that was not needed', async () => {
    const { network, open } = negotiator()
    const first = open()
    await first.meet(problemOf(network))
    await first.conclude({ status: 200, admission: 'pow;uses=2' })
    for (let call = 0; call < 5; call += 1) {
      const next = open()
      expect((await next.credential())?.rail).toBe('pow')
      await next.conclude({ status: 200, admission: 'free' })
    }
  })

  test.each([
    ['quota_reached', 'pow'],
    ['credential_spent', undefined],
  ])('after %s has left of a solution: %s', async (code, rail) => {
    const { network, open } = negotiator({ maxAttempts: 2 })
    const first = open()
    await first.meet(problemOf(network))
    await first.meet({ status: 402, code })
    await first.conclude({ status: 402 })
    expect((await open().credential())?.rail).toBe(rail)
  })

  test('gives up with what the budget was asked for', async () => {
    const { network, open } = negotiator({ solve: false, budget: { perCallSats: 5 } })
    expect(await open().meet(problemOf(network))).toMatchObject({
      kind: 'giveUp',
      reason: 'over_budget',
      asked: { origin: 'stdio:tools', limit: 'perCallSats', amountMsat: 10_000 },
    })
  })

  test('gives up with what its owner can change rather than with work that is too hard', async () => {
    const { network, open } = negotiator({ solve: { maxBits: -1 }, budget: { perCallSats: 5 } })
    const step = await open().meet({ ...problemOf(network), retryAfterMs: 1e12 })
    expect(step).toMatchObject({ kind: 'giveUp', reason: 'over_budget' })
  })

  test('gives up, having spent nothing, where the call cannot be repeated', async () => {
    const network = toyNetwork()
    const made = createNegotiator({ wallet: walletOf(network), solve: false })
    const prepare = async () =>
      await Promise.resolve({ kind: 'obstacle', reason: 'body_too_large', message: 'no' } as const)
    const step = await made
      .open({ origin: 'stdio:tools', request: 'search', prepare })
      .meet(problemOf(network))
    expect([step, network.paid]).toEqual([{ kind: 'giveUp', reason: 'body_too_large', message: 'no' }, []])
  })

  test('R35 does not show what it bought over plain http', async () => {
    const { network, open } = negotiator({ solve: false })
    const step = await open('search', 'http://mcp.example').meet(problemOf(network))
    expect([step, network.paid]).toMatchObject([{ reason: 'plain_http' }, []])
  })

  test.each([
    ['http://mcp.example', false],
    ['ws://mcp.example', false],
    ['http://app.localhost', false],
    ['http://127.0.0.1.nip.io', false],
    ['http://[::ffff:127.0.0.1]', false],
    ['https://mcp.example', true],
    ['http://127.0.0.1:80', true],
  ])('R35 shows what is in the ledger for %s: %s', async (origin, isShown) => {
    const ledger = memoryLedger()
    const bought = samplePurchase({
      goodUntilMs: Date.now() + 60_000,
      origin,
      request: 'search',
      wasAccepted: true,
    })
    await ledger.update((book) => ({ book: { ...book, purchases: [bought] }, result: undefined }))
    const { open } = negotiator({ ledger, allowPlainHttp: true })
    expect((await open('search', origin).credential()) !== undefined).toBe(isShown)
  })

  test('leaves what it has no way for', async () => {
    const { open } = negotiator()
    for (const status of [401, 402, 409, 503])
      expect(await open().meet({ status })).toEqual({ kind: 'leave' })
  })
})

describe('preference', () => {
  const WAIT = { retryAfterMs: 1 }

  test.each([
    ['cheapest', { solve: true }, {}, 'pow'],
    ['cheapest', { solve: true }, { ...WAIT, retryAfterMs: 0 }, undefined],
    ['wait', { solve: true }, WAIT, undefined],
    ['wait', { solve: true, maxWaitMs: 0 }, { retryAfterMs: 5 }, 'pow'],
    ['work', { solve: true }, WAIT, 'pow'],
    ['work', { solve: false }, WAIT, undefined],
    ['work', { solve: false }, {}, 'lightning'],
    ['pay', { solve: true }, WAIT, 'lightning'],
    ['pay', { solve: true, budget: { perCallSats: 1 } }, {}, 'pow'],
    ['pay', { solve: { maxBits: 0 }, budget: { perCallSats: 1 } }, WAIT, 'pow'],
  ] as const)('%s with %j, %j: %s', async (prefer, options, more, rail) => {
    const { network, open } = negotiator({ prefer, ...options })
    const step = await open().meet({ ...problemOf(network), ...more })
    expect([step.kind, step.kind === 'send' ? step.credential?.rail : undefined]).toEqual(['send', rail])
  })
})
