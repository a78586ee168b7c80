import { startClnrestFront, startLnbitsFront, startLndFront, startPhoenixdFront } from '@turnpike/regtest'
import {
  coreLightningWallet,
  lightningWallet,
  lnbitsWallet,
  lndWallet,
  phoenixdWallet,
} from '@turnpike/lightning'
import { describeWallet, type WalletSubject } from './describe-wallet.ts'
import { openWalletOf } from './open-wallet.ts'
import { sharedNetwork } from './shared-network.ts'

/** Busy machines are slow: nothing here waits for these times. */
const SETTINGS = { network: 'regtest', timeoutMs: 10_000, paymentTimeoutMs: 10_000 } as const

const SUBJECTS: Readonly<Record<string, WalletSubject>> = {
  lnd: {
    payPath: /\/v2\/router\/send/,
    open: async (through) => {
      const { network, now } = await sharedNetwork()
      const front = await startLndFront(network)
      const macaroon = front.adminMacaroon
      return await openWalletOf(
        lndWallet({ ...SETTINGS, url: await through(front.url), macaroon, now }),
        macaroon,
        front,
      )
    },
  },
  phoenixd: {
    payPath: /\/payinvoice/,
    transport: false,
    open: async (through) => {
      const { network, now } = await sharedNetwork()
      const front = await startPhoenixdFront(network)
      const { password } = front
      const url = await through(front.url)
      return await openWalletOf(phoenixdWallet({ ...SETTINGS, url, password, now }), password, front)
    },
  },
  lnbits: {
    payPath: /\/api\/v1\/payments$/,
    transport: false,
    open: async (through) => {
      const { network, now } = await sharedNetwork()
      const front = await startLnbitsFront(network)
      const { adminKey } = front.payer
      return await openWalletOf(
        lnbitsWallet({ ...SETTINGS, url: await through(front.url), adminKey, now }),
        adminKey,
        front,
      )
    },
  },
  coreLightning: {
    payPath: /\/v1\/xpay/,
    transport: false,
    open: async (through) => {
      const { network, now } = await sharedNetwork()
      const front = await startClnrestFront(network)
      const { rune } = front
      const url = await through(front.url)
      return await openWalletOf(coreLightningWallet({ ...SETTINGS, url, rune, now }), rune, front)
    },
  },
  'anything that pays in the shape of Alby’s': {
    open: async () => {
      const { network, now } = await sharedNetwork()
      return await openWalletOf(lightningWallet(network.wallet, { network: 'regtest', now }), 'there is none')
    },
  },
}

for (const [name, subject] of Object.entries(SUBJECTS)) describeWallet(name, subject)
