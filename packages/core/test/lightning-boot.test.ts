import { afterEach, describe, expect, test } from '@jest/globals'
import { createGate, type GateOptions, memoryStore, sats, type Store, TurnpikeError } from '@turnpike/core'
import { createFakeLightning } from '@turnpike/testkit'
import { SECRET } from './requests.ts'
import { voucherRail } from './voucher-rail.ts'

const regtest = createFakeLightning()
const real = createFakeLightning({ network: 'bitcoin', isFake: false })
const signet = createFakeLightning({ network: 'signet', isFake: false })
/** As far as the gate can tell, a store that lasts. */
const lasting: Store = { ...memoryStore() }
const quiet: GateOptions = { secret: SECRET, log: () => undefined }

const environment = process.env['NODE_ENV']
afterEach(() => {
  process.env['NODE_ENV'] = environment
})

function codeOf(build: () => unknown): string | undefined {
  try {
    build()
  } catch (error) {
    if (error instanceof TurnpikeError) return error.code
    throw error
  }
  return undefined
}

describe('a gate that sells (R30)', () => {
  test.each<[string, string, GateOptions, string | undefined]>([
    ['a real backend on the memory store', 'test', { lightning: real }, 'sats_on_memory_store'],
    [
      'the same, chosen by name',
      'development',
      { lightning: real, store: memoryStore() },
      'sats_on_memory_store',
    ],
    ['any backend on the memory store', 'production', { lightning: signet }, 'sats_on_memory_store'],
    ['a fake backend', 'production', { lightning: regtest, store: lasting }, 'lightning_fake'],
    [
      'a fake one that says it is not',
      'production',
      { lightning: { ...regtest, isFake: false }, store: lasting },
      'lightning_fake',
    ],
    [
      'a fake one on the main network',
      'production',
      { lightning: { ...real, isFake: true }, store: lasting },
      'lightning_fake',
    ],
    [
      'a fake one, allowed for tests',
      'production',
      { lightning: regtest, store: lasting, payments: { allowFakeMoney: true } },
      'lightning_fake',
    ],
    ['a fake one on a store that lasts', 'test', { lightning: regtest, store: lasting }, 'lightning_fake'],
    [
      'no secret and a real backend',
      'test',
      { lightning: real, store: lasting, secret: undefined },
      'secret_missing',
    ],
    ['a short secret', 'test', { lightning: regtest, secret: 'short' }, 'secret_short'],
    [
      'preimages believed of a backend that leaks them',
      'test',
      { lightning: createFakeLightning({ leaksPreimages: true }), payments: { verify: 'preimage' } },
      'lightning_leaks_preimages',
    ],
    ['a real backend on a store that lasts', 'production', { lightning: real, store: lasting }, undefined],
    ['a test network on a store that lasts', 'production', { lightning: signet, store: lasting }, undefined],
    ['a fake one in development', 'development', { lightning: regtest }, undefined],
    [
      'a fake one on a store that lasts, allowed for tests',
      'test',
      { lightning: regtest, store: lasting, payments: { allowFakeMoney: true } },
      undefined,
    ],
    [
      'a leaking backend whose payments are looked up',
      'test',
      { lightning: createFakeLightning({ leaksPreimages: true }) },
      undefined,
    ],
  ])('with %s in %s', (_, where, options, code) => {
    process.env['NODE_ENV'] = where
    expect(codeOf(() => createGate({ ...quiet, ...options }))).toBe(code)
  })

  test('without a backend does not start a route that asks for sats', () => {
    expect(codeOf(() => createGate(quiet).policy({ require: sats(10) }))).toBe('rail_missing')
  })

  test.each<[string, GateOptions]>([
    ['payments of another kind', { payments: JSON.parse('"settled"') }],
    ['verify', { payments: { verify: JSON.parse('"never"') } }],
    ['onStoreLost', { payments: { onStoreLost: JSON.parse('"ignore"') } }],
    ['maxSats', { payments: { maxSats: 0.5 } }],
    ['mint', { payments: { mint: JSON.parse('5') } }],
    ['mint.perCaller', { payments: { mint: { perCaller: JSON.parse('"60"') } } }],
    ['invoiceExpiry', { payments: { invoiceExpiry: '5s' } }],
    ['invoiceWait', { payments: { invoiceWait: '1h' } }],
    ['lightning', { lightning: JSON.parse('{}') }],
    ['a network that nobody knows', { lightning: { ...real, network: JSON.parse('"mainnet"') } }],
    ['a price that no number of millisatoshis holds', { payments: { maxSats: 9_100_000_000_000 } }],
    ['rails with another Lightning', { lightning: regtest, rails: [voucherRail] }],
    ['audit', { audit: JSON.parse('"audit.jsonl"') }],
  ])('refuses an option it cannot use: %s', (_, options) => {
    expect(codeOf(() => createGate({ ...quiet, ...options }))).toBe('option_invalid')
  })

  test.each<[string, object]>([
    ['payments', { payments: { verfiy: 'settled' } }],
    ['payments.mint', { payments: { mint: { percaller: '1/1m' } } }],
  ])('names misspelt options of %s', (owner, options) => {
    expect(() => createGate({ ...quiet, ...options })).toThrow(`${owner} has no option`)
  })

  test('closes its backend when it is closed', async () => {
    let closed = 0
    const lightning = { ...regtest, close: async () => void (closed += 1) }
    await createGate({ ...quiet, lightning }).close()
    expect(closed).toBe(1)
  })
})

describe('sats()', () => {
  const gate = createGate({ ...quiet, lightning: regtest, payments: { maxSats: 1000 } })

  test.each<[string, ReturnType<typeof sats>, string]>([
    ['nothing', sats(0), 'requirement_invalid'],
    ['less than nothing', sats(-1), 'requirement_invalid'],
    ['a part of a satoshi', sats(0.5), 'requirement_invalid'],
    ['NaN', sats(Number.NaN), 'requirement_invalid'],
    ['more than payments.maxSats', sats(1001), 'requirement_invalid'],
    ['a text', sats(untyped('10')), 'requirement_invalid'],
    ['no uses', sats(10, { uses: 0 }), 'requirement_invalid'],
    ['half a use', sats(10, { uses: 1.5 }), 'requirement_invalid'],
    ['a million uses', sats(10, { uses: 1_000_000 }), 'requirement_invalid'],
    ['a validity that ends with the invoice (R27)', sats(10, { validFor: '10m' }), 'requirement_invalid'],
    ['an hour alone (R27)', sats(10, { validFor: '1h' }), 'requirement_invalid'],
    ['years', sats(10, { validFor: '400d' }), 'requirement_invalid'],
    ['no duration', sats(10, { validFor: JSON.parse('"long"') }), 'requirement_invalid'],
    ['a misspelt option', sats(10, untyped({ use: 5 })), 'option_unknown'],
    ['no terms', { rail: 'lightning', terms: undefined }, 'requirement_invalid'],
  ])('does not sell for %s', (_, require, code) => {
    expect(codeOf(() => gate.policy({ require }))).toBe(code)
  })

  test.each([
    sats(1),
    sats(1000),
    sats(500, { uses: 100, validFor: '70m' }),
    sats(() => 5),
    sats(1, { validFor: '366d' }),
  ])('sells %j', (require) => {
    expect(codeOf(() => gate.policy({ require }))).toBeUndefined()
  })
})

/** What JavaScript may pass. */
function untyped<T>(value: unknown): T {
  const passed: T = JSON.parse(JSON.stringify(value))
  return passed
}
