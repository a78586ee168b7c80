import { describe, expect, test } from '@jest/globals'
import { createGate, memoryStore, type RequestView, sats } from '@turnpike/core'
import { createFakeLightning } from '@turnpike/testkit'
import { createHash, createHmac, hkdfSync } from 'node:crypto'
import { exampleOf, rowsOf, sectionOf } from './document.ts'

const FILE = 'docs/protocol.md'
const BYTES = sectionOf(FILE, "## The macaroon's bytes")

const text = exampleOf(FILE, '## Worked macaroon')
const FIELDS = ['version', 'payment hash', 'key id', 'home shard', 'amount', 'uses', 'issued', 'random']
const CAVEATS = ['caveat 1', 'caveat 2', 'caveat 3']

const bytes = (name: string): Buffer => Buffer.from(text(name), 'hex')
const hmac = (key: Uint8Array | string, data: Uint8Array | string): Buffer =>
  createHmac('sha256', key).update(data).digest()

/** HKDF by node:crypto, with `info` and length as the table says: not what the gate's own code does. */
function derive(key: string): string {
  const [, info = '', length] = rowsOf(BYTES).find(([name]) => name === key) ?? []
  const filled = info
    .replaceAll('`', '')
    .replace('<gate>', text('gate'))
    .replace('<network>', text('network'))
  return Buffer.from(hkdfSync('sha256', text('secret'), '', filled, Number(length))).toString('hex')
}

/** What a client sends for the worked macaroon. */
function paying(): RequestView {
  const credential = `${text('macaroon')}:${text('preimage')}`
  return {
    method: 'GET',
    path: '/search',
    ip: '192.0.2.1',
    header: (name) => (name === 'authorization' ? `L402 ${credential}` : undefined),
    body: () => undefined,
  }
}

describe('worked macaroon', () => {
  test('its keys are derived from the secret as described', () => {
    for (const key of ['MAC key', 'bind key', 'key id']) expect(derive(key)).toBe(text(key))
  })

  test('the table of the identifier has its order, offsets and lengths', () => {
    const rows = rowsOf(BYTES).filter(([offset = '']) => /^\d+$/.test(offset))
    let end = 0
    const expected = FIELDS.map((field) => {
      const length = text(field).length / 2
      end += length
      return [String(end - length), String(length), field]
    })
    expect(rows.map((row) => row.slice(0, 3))).toEqual(expected)
    expect(FIELDS.map(text).join('')).toBe(text('identifier'))
    expect(end).toBe(66)
  })

  test('its hash, capability, root key and signature are computed as described', () => {
    expect(createHash('sha256').update(bytes('preimage')).digest('hex')).toBe(text('payment hash'))
    const name = hmac(bytes('bind key'), text('resource')).subarray(0, 16).toString('base64url')
    expect(text('caveat 2')).toBe(`my-api_capabilities=r${name}`)
    const root = hmac(
      bytes('MAC key'),
      Buffer.concat([Buffer.from('turnpike/l402/root/'), bytes('identifier')]),
    )
    expect(root.toString('hex')).toBe(text('root key'))
    const signature = [bytes('identifier'), ...CAVEATS.map(text)].reduce<Buffer>(
      hmac,
      hmac('macaroons-key-generator', root),
    )
    expect(signature.toString('hex')).toBe(text('signature'))
  })

  test('its parts, one after the other, are the macaroon', () => {
    const field = (type: number, data: Buffer) => Buffer.concat([Buffer.of(type, data.length), data])
    const end = Buffer.of(0)
    const caveats = CAVEATS.flatMap((caveat) => [field(2, Buffer.from(text(caveat))), end])
    const parts = [
      Buffer.of(2),
      field(2, bytes('identifier')),
      end,
      ...caveats,
      end,
      field(6, bytes('signature')),
    ]
    expect(Buffer.concat(parts).toString('base64')).toBe(text('macaroon'))
  })

  test('admits its call, once', async () => {
    const now = () => 1_800_000_000_000
    const lightning = createFakeLightning({ network: 'bitcoin', isFake: false, now })
    lightning.instead.lookUp = async () => 'settled'
    // Spread, it no longer passes for a memory store, on which nothing is sold for real money.
    const store = { ...memoryStore({ now }) }
    const gate = createGate({
      name: text('gate'),
      secret: text('secret'),
      now,
      store,
      lightning,
      log: () => undefined,
    })
    const policy = gate.policy({ require: sats(10) })
    const decision = await gate.decide(paying(), policy)
    expect(decision).toMatchObject({ outcome: 'pass', headers: { 'turnpike-admission': 'lightning;uses=0' } })
    if (decision.outcome === 'pass') await decision.finish({ kind: 'completed', status: 200 })
    expect(await gate.decide(paying(), policy)).toMatchObject({ outcome: 'refuse', code: 'credential_spent' })
  })
})
