import { lightningWallet, nwc, nwcWallet } from '@turnpike/lightning'
import { type NwcFront, startNwcFront } from '@turnpike/regtest'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { NWCWalletService, NWCWalletServiceKeyPair } from '@getalby/sdk/nwc'
import { createECDH, randomBytes } from 'node:crypto'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { describeWallet } from './describe-wallet.ts'
import { openWalletOf } from './open-wallet.ts'
import { sharedNetwork } from './shared-network.ts'

type Handler = Parameters<NWCWalletService['subscribe']>[1]
type Answer<Result> = {
  readonly result: Result | undefined
  readonly error: { code: string; message: string } | undefined
}

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

describe('lightningWallet', () => {
  test('does not wait for ever: what does not answer leaves the payment in doubt', async () => {
    const { invoice, now } = await freshInvoice()
    const never = async (): Promise<never> => await new Promise(() => undefined)
    const wallet = lightningWallet(
      { payInvoice: never, findPayment: never },
      { network: 'regtest', now, paymentTimeoutMs: 50 },
    )
    await expect(wallet.payInvoice({ invoice })).rejects.toMatchObject({ code: 'payment_in_doubt' })
    await expect(wallet.findPayment?.('ab'.repeat(32))).rejects.toThrow('no answer in time')
  })

  test('does not pay again what it has not waited for to the end', async () => {
    const { invoice, now } = await freshInvoice()
    let calls = 0
    const payInvoice = async (): Promise<never> => {
      calls += 1
      return await new Promise(() => undefined)
    }
    const wallet = lightningWallet({ payInvoice }, { network: 'regtest', now, paymentTimeoutMs: 20 })
    for (const _ of [1, 2]) {
      await expect(wallet.payInvoice({ invoice })).rejects.toMatchObject({ code: 'payment_in_doubt' })
    }
    expect(calls).toBe(1)
  })

  test('what it throws leaves the payment in doubt', async () => {
    const { invoice, now } = await freshInvoice()
    const payInvoice = async (): Promise<never> => await Promise.reject(new Error('PAYMENT_FAILED'))
    const wallet = lightningWallet({ payInvoice }, { network: 'regtest', now })
    await expect(wallet.payInvoice({ invoice })).rejects.toMatchObject({ code: 'payment_in_doubt' })
    expect(wallet).not.toHaveProperty('findPayment')
  })
})

const TRANSACTION = {
  type: 'outgoing',
  invoice: 'lnbcrt...',
  description: '',
  description_hash: '',
  preimage: '',
  payment_hash: '',
  amount: 1,
  fees_paid: 0,
  settled_at: 0,
  created_at: 0,
  expires_at: 0,
}

function answer(result: unknown, error?: { code: string; message: string }): Answer<never> {
  return { result: result as never, error }
}

async function freshInvoice(): Promise<{ invoice: string; now: () => number }> {
  const { network, now } = await sharedNetwork()
  const terms = { amountMsat: 10_000, memo: 'a purchase', expirySeconds: 600 }
  return { invoice: (await network.payee.addInvoice(terms)).invoice, now }
}

/** What a wallet answers that only pays. */
async function payer(): Promise<Handler> {
  const { network } = await sharedNetwork()
  return {
    payInvoice: async ({ invoice }) => {
      const outcome = await network.wallet.send(invoice)
      if (outcome.state === 'succeeded')
        return answer({ preimage: outcome.preimage, fees_paid: outcome.feeMsat })
      const code = outcome.fault === 'insufficient_liquidity' ? 'INSUFFICIENT_BALANCE' : 'PAYMENT_FAILED'
      return answer(undefined, { code, message: outcome.message })
    },
    lookupInvoice: async ({ payment_hash = '' }) => {
      const sent = await network.wallet.findSent(payment_hash)
      if (sent === undefined)
        return answer(undefined, { code: 'NOT_FOUND', message: 'transaction not found' })
      const paid =
        sent.state === 'succeeded' ? { preimage: sent.preimage, state: 'settled' } : { state: sent.state }
      return answer({ ...TRANSACTION, ...paid })
    },
  }
}

/** A wallet service of the SDK on that relay. */
async function serve(
  relayUrl: string,
  handler: Handler,
): Promise<{ url: string; secret: string; close: () => void }> {
  const [walletSecret, secret] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')]
  const service = new NWCWalletService({ relayUrl })
  await service.publishWalletServiceInfoEvent(walletSecret, ['pay_invoice', 'lookup_invoice'], [])
  const stop = await service.subscribe(
    new NWCWalletServiceKeyPair(walletSecret, publicKeyOf(secret)),
    handler,
  )
  const query = new URLSearchParams({ relay: relayUrl, secret }).toString()
  const url = `nostr+walletconnect://${publicKeyOf(walletSecret)}?${query}`
  return {
    url,
    secret,
    close: () => {
      stop()
      service.close()
    },
  }
}

/** The X coordinate of the key (BIP 340). */
function publicKeyOf(secret: string): string {
  const key = createECDH('secp256k1')
  key.setPrivateKey(secret, 'hex')
  return key.getPublicKey('hex', 'compressed').slice(2)
}
