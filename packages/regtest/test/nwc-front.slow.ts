import { NWCClient } from '@getalby/sdk/nwc'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { createRegtestNetwork, startNwcFront } from '@turnpike/regtest'
import type { NwcFront, RegtestNetwork } from '@turnpike/regtest'
import { createHash } from 'node:crypto'
import { WebSocket } from 'ws'

let network: RegtestNetwork
let front: NwcFront
let client: NWCClient

beforeAll(async () => {
  // The SDK tells every step and every failure.
  for (const level of ['error', 'info'] as const)
    jest.spyOn(console, level).mockImplementation(() => undefined)
  network = await createRegtestNetwork({ balanceSats: 100_000 })
  front = await startNwcFront(network)
  client = new NWCClient({ nostrWalletConnectUrl: front.connection })
})
afterAll(async () => {
  client.close()
  await front.close()
  await network.close()
  jest.restoreAllMocks()
})

describe('the front of Nostr Wallet Connect', () => {
  test('makes an invoice, pays it, and shows it settled', async () => {
    const made = await client.makeInvoice({ amount: 10_000, description: 'x', expiry: 600 })
    expect(made).toMatchObject({ type: 'incoming', state: 'pending', amount: 10_000, preimage: '' })
    const { preimage, fees_paid } = await client.payInvoice({ invoice: made.invoice })
    expect(createHash('sha256').update(Buffer.from(preimage, 'hex')).digest('hex')).toBe(made.payment_hash)
    expect(fees_paid).toBe(0)
    expect(await client.lookupInvoice({ payment_hash: made.payment_hash })).toMatchObject({
      type: 'outgoing',
      state: 'settled',
      preimage,
    })
    const receiver = new NWCClient({ nostrWalletConnectUrl: front.receiveOnlyConnection })
    expect(await receiver.lookupInvoice({ payment_hash: made.payment_hash })).toMatchObject({
      type: 'incoming',
      state: 'settled',
    })
    receiver.close()
    expect(await client.getBalance()).toEqual({ balance: 99_990_000 })
  })

  test('speaks the newer encryption', async () => {
    await client.getInfo()
    expect(client.encryptionType).toBe('nip44_v2')
  })

  test.each([
    ['INSUFFICIENT_BALANCE', 200_000],
    ['OTHER', 0],
  ])('fails with %s', async (code, sats) => {
    const made = sats > 0 ? await client.makeInvoice({ amount: sats * 1000 }) : { invoice: 'nonsense' }
    await expect(client.payInvoice({ invoice: made.invoice })).rejects.toMatchObject({ code })
  })

  test('finds no invoice of others', async () => {
    await expect(client.lookupInvoice({ payment_hash: '00'.repeat(32) })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  test('has a connection that may not pay', async () => {
    const receiver = new NWCClient({ nostrWalletConnectUrl: front.receiveOnlyConnection })
    const { invoice, payment_hash } = await receiver.makeInvoice({ amount: 10_000 })
    await expect(receiver.payInvoice({ invoice })).rejects.toMatchObject({ code: 'RESTRICTED' })
    expect(await receiver.lookupInvoice({ payment_hash })).toMatchObject({ state: 'pending' })
    receiver.close()
  })
})

describe('its relay', () => {
  test.each(['', '{', '[]', '["EVENT"]', '["REQ", 1]', '["COUNT", "x", {}]'])(
    'does not understand %j, and goes on',
    async (message) => {
      const socket = new WebSocket(front.relayUrl)
      const heard = new Promise((resolve) => {
        socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString())))
      })
      socket.once('open', () => socket.send(message))
      expect(await heard).toEqual(['NOTICE', 'not understood'])
      socket.close()
    },
  )
})
