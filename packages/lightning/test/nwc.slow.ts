import { nwc, nwcWallet } from '@turnpike/lightning'
import { type NwcFront, startNwcFront } from '@turnpike/regtest'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { describeWallet } from './describe-wallet.ts'
import { type Answer, answer, payer, serve, TRANSACTION } from './nwc-service.ts'
import { openWalletOf } from './open-wallet.ts'
import { freshInvoice, sharedNetwork } from './shared-network.ts'

/** The SDK tells the console about every failure. */
for (const level of ['info', 'warn', 'error'] as const) console[level] = () => undefined

describeWallet('nwc', {
  open: async () => {
    const { network, now } = await sharedNetwork()
    const front = await startNwcFront(network)
    const { url, secret, close } = await serve(front.relayUrl, await payer())
    const wallet = nwcWallet({ url, network: 'regtest', now, timeoutMs: 2000, paymentTimeoutMs: 5000 })
    return await openWalletOf(wallet, secret, {
      close: async () => {
        close()
        await front.close()
      },
    })
  },
})

describe('nwcWallet', () => {
  let front: NwcFront
  beforeAll(async () => {
    front = await startNwcFront((await sharedNetwork()).network)
  })
  afterAll(async () => await front.close())

  test.each([
    ['INSUFFICIENT_BALANCE', 'nothing', 'payment_failed'],
    // An earlier attempt may have the money.
    ['INSUFFICIENT_BALANCE', 'pending', 'payment_in_doubt'],
    ['PAYMENT_FAILED', 'failed', 'payment_failed'],
    ['PAYMENT_FAILED', 'pending', 'payment_in_doubt'],
    ['INTERNAL', 'failed', 'payment_in_doubt'],
    ['RESTRICTED', 'pending', 'wallet_unreachable'],
  ])('%s, and %s in its books, is %s', async (code, state, expected) => {
    const { invoice, now } = await freshInvoice()
    const found = state === 'nothing' ? { code: 'NOT_FOUND', message: '' } : undefined
    const { url, close } = await serve(front.relayUrl, {
      payInvoice: async () => ({ result: undefined, error: { code, message: 'no' } }),
      lookupInvoice: async () => answer(state === 'nothing' ? undefined : { ...TRANSACTION, state }, found),
    })
    const wallet = nwcWallet({ url, network: 'regtest', now })
    await expect(wallet.payInvoice({ invoice })).rejects.toMatchObject({ code: expected })
    await wallet.close()
    close()
  })

  test('a wallet that does not answer in time leaves the payment in doubt', async () => {
    const { invoice, now } = await freshInvoice()
    const asked: (() => void)[] = []
    const hold = async (): Promise<Answer<never>> => {
      await new Promise<void>((resolve) => void asked.push(resolve))
      return answer({ preimage: 'ab'.repeat(32), fees_paid: 0 })
    }
    const { url, close } = await serve(front.relayUrl, { payInvoice: hold, lookupInvoice: hold })
    const wallet = nwcWallet({ url, network: 'regtest', now, timeoutMs: 100, paymentTimeoutMs: 100 })
    await expect(wallet.payInvoice({ invoice })).rejects.toMatchObject({ code: 'payment_in_doubt' })
    // The SDK waits on, and would keep this process: answers end it.
    for (const end of asked) end()
    await new Promise((resolve) => setTimeout(resolve, 150))
    await wallet.close()
    close()
  })

  test('a preimage in an answer that is not as it should be is not shown', async () => {
    const { invoice, now } = await freshInvoice()
    const preimage = 'cd'.repeat(32)
    const { url, close } = await serve(front.relayUrl, {
      payInvoice: async () => ({
        result: undefined,
        error: { code: 'OTHER', message: `the preimage is ${preimage}` },
      }),
      lookupInvoice: async () => answer({ ...TRANSACTION, invoice: '', preimage, state: 'settled' }),
    })
    const wallet = nwcWallet({ url, network: 'regtest', now })
    const errors: readonly unknown[] = await Promise.all([
      wallet.payInvoice({ invoice }).catch((error: unknown) => error),
      wallet.findPayment?.('ab'.repeat(32)).catch((error: unknown) => error),
    ])
    for (const error of errors) {
      expect(error).toBeInstanceOf(Error)
      expect(inspect(error, { depth: 6, showHidden: true })).not.toContain(preimage)
    }
    await wallet.close()
    close()
  })

  test('a connection for getting paid alone does not pay', async () => {
    const { invoice, now } = await freshInvoice()
    const wallet = nwcWallet({ url: front.receiveOnlyConnection, network: 'regtest', now })
    await expect(wallet.payInvoice({ invoice })).rejects.toMatchObject({ code: 'wallet_unreachable' })
    await wallet.close()
  })

  test('a relay that is not there: nothing was sent', async () => {
    const { invoice, now } = await freshInvoice()
    const url = front.connection.replace(
      encodeURIComponent(front.relayUrl),
      encodeURIComponent('ws://127.0.0.1:1'),
    )
    const wallet = nwcWallet({ url, network: 'regtest', now })
    await expect(wallet.payInvoice({ invoice })).rejects.toMatchObject({ code: 'wallet_unreachable' })
    await wallet.close()
    const backend = nwc({ url, network: 'regtest', now })
    const signal = AbortSignal.timeout(5000)
    await expect(backend.lookUp('ab'.repeat(32), signal)).rejects.toMatchObject({
      code: 'lightning_unreachable',
    })
    await backend.close?.()
  })
})

describe('nwc', () => {
  test('finds its relay again', async () => {
    const { network, now } = await sharedNetwork()
    const front = await startNwcFront(network)
    const sockets = new Set<Socket>()
    const relay = createServer((socket) => {
      const onward = connect(Number(new URL(front.relayUrl).port), '127.0.0.1')
      for (const one of [socket, onward]) sockets.add(one.on('error', () => undefined))
      socket.pipe(onward).pipe(socket)
    })
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
    const address = `ws://127.0.0.1:${(relay.address() as AddressInfo).port}`
    const url = front.connection.replace(encodeURIComponent(front.relayUrl), encodeURIComponent(address))
    const backend = nwc({ url, network: 'regtest', now })
    const request = { amountMsat: 1000, memo: '', expirySeconds: 60, signal: AbortSignal.timeout(20_000) }
    await backend.createInvoice(request)
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 100))
    await expect(backend.createInvoice(request)).resolves.toHaveProperty('paymentHash')
    await backend.close?.()
    relay.close()
    await front.close()
  })
})

describe('a connection string', () => {
  const KEY = 'ab'.repeat(32)
  const SECRET = 'cd'.repeat(32)
  const RELAY = 'relay=wss%3A%2F%2Frelay.example'

  test.each([
    ['nothing', ''],
    ['another scheme', `https://${KEY}?${RELAY}&secret=${SECRET}`],
    ['no relay', `nostr+walletconnect://${KEY}?secret=${SECRET}`],
    ['no secret', `nostr+walletconnect://${KEY}?${RELAY}`],
    ['a short secret', `nostr+walletconnect://${KEY}?${RELAY}&secret=${SECRET.slice(1)}`],
    ['a short key', `nostr+walletconnect://${KEY.slice(1)}?${RELAY}&secret=${SECRET}`],
    [
      'a relay without encryption',
      `nostr+walletconnect://${KEY}?relay=ws%3A%2F%2Frelay.example&secret=${SECRET}`,
    ],
    [
      'one such relay of two',
      `nostr+walletconnect://${KEY}?${RELAY}&relay=ws%3A%2F%2Frelay.example&secret=${SECRET}`,
    ],
  ])('with %s is refused, and not repeated (R35)', (_, url) => {
    for (const create of [nwc, nwcWallet]) {
      const attempt = (): unknown => create({ url })
      expect(attempt).toThrow(expect.objectContaining({ code: 'option_invalid' }))
      expect(attempt).not.toThrow(SECRET.slice(1))
    }
  })

  test('needs a WebSocket, and says at once how to get one', () => {
    const { WebSocket } = globalThis
    Reflect.deleteProperty(globalThis, 'WebSocket')
    try {
      const url = `nostr+walletconnect://${KEY}?${RELAY}&secret=${SECRET}`
      expect(() => nwc({ url })).toThrow(expect.objectContaining({ code: 'lightning_sdk_missing' }))
      expect(() => nwc({ url })).toThrow('npm install ws')
    } finally {
      globalThis.WebSocket = WebSocket
    }
  })
})
