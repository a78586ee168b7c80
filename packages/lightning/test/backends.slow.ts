import {
  startClnrestFront,
  startLnbitsFront,
  startLndFront,
  startNwcFront,
  startPhoenixdFront,
} from '@turnpike/regtest'
import { type BackendSubject, describeLightningBackend, type OpenBackend } from '@turnpike/testkit'
import type { LightningBackend } from '@turnpike/core'
import { coreLightning, lnbits, lnd, nwc, phoenixd, readInvoice } from '@turnpike/lightning'
import { sharedNetwork } from './shared-network.ts'

/** The SDK tells the console about every failure. */
for (const level of ['info', 'warn', 'error'] as const) console[level] = () => undefined

/** Busy machines are slow: nothing here waits for this time. */
const SETTINGS = { network: 'regtest', timeoutMs: 10_000 } as const

async function opened(
  backend: LightningBackend,
  secret: string,
  front: { close(): Promise<void> },
): Promise<OpenBackend> {
  const { network, advance } = await sharedNetwork()
  return {
    backend,
    secret,
    advance,
    pay: async (invoice) => void (await network.wallet.payInvoice({ invoice })),
    memoOf: (invoice) => readInvoice(invoice).memo,
    close: async () => {
      await backend.close?.()
      await front.close()
    },
  }
}

const SUBJECTS: Readonly<Record<string, BackendSubject>> = {
  lnd: {
    open: async (through) => {
      const { network, now } = await sharedNetwork()
      const front = await startLndFront(network)
      const macaroon = front.invoiceMacaroon
      return await opened(lnd({ ...SETTINGS, url: await through(front.url), macaroon, now }), macaroon, front)
    },
  },
  phoenixd: {
    open: async (through) => {
      const { network, now } = await sharedNetwork()
      const front = await startPhoenixdFront(network)
      const password = front.limitedPassword
      return await opened(
        phoenixd({ ...SETTINGS, url: await through(front.url), password, now }),
        password,
        front,
      )
    },
    transport: false,
    memos: { longest: 'ß'.repeat(128), tooLong: 'ß'.repeat(129) },
  },
  lnbits: {
    open: async (through) => {
      const { network, now } = await sharedNetwork()
      const front = await startLnbitsFront(network)
      const { invoiceKey } = front.merchant
      return await opened(
        lnbits({ ...SETTINGS, url: await through(front.url), invoiceKey, now }),
        invoiceKey,
        front,
      )
    },
    transport: false,
  },
  coreLightning: {
    open: async (through) => {
      const { network, now } = await sharedNetwork()
      const front = await startClnrestFront(network)
      const rune = front.invoiceRune
      return await opened(
        coreLightning({ ...SETTINGS, url: await through(front.url), rune, now }),
        rune,
        front,
      )
    },
    transport: false,
  },
  nwc: {
    overHttp: false,
    open: async () => {
      const { network, now } = await sharedNetwork()
      const front = await startNwcFront(network)
      const url = front.receiveOnlyConnection
      const secret = new URL(url).searchParams.get('secret') ?? ''
      return await opened(nwc({ ...SETTINGS, url, now }), secret, front)
    },
  },
}

for (const [name, subject] of Object.entries(SUBJECTS)) describeLightningBackend(name, subject)
