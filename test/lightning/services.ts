import type { LightningBackend } from '@turnpike/core'
import {
  coreLightning,
  coreLightningWallet,
  lnbits,
  lnbitsWallet,
  lnd,
  lndWallet,
  nwc,
  nwcWallet,
  phoenixd,
  phoenixdWallet,
} from '@turnpike/lightning'
import type { LightningWallet } from '@turnpike/lightning'
import {
  startClnrestFront,
  startLnbitsFront,
  startLndFront,
  startNwcFront,
  startPhoenixdFront,
} from '@turnpike/regtest'
import type { Disturbance, RegtestNetwork } from '@turnpike/regtest'

/** A service that shop and agent both use, each with the credential that is enough for it. */
export interface Service {
  readonly backend: LightningBackend
  readonly wallet: LightningWallet
  readonly front: {
    disturb?(disturbance: Disturbance | undefined): void
    close(): Promise<void>
  }
  /** What must never be seen of it. */
  readonly secrets: readonly string[]
}

const SETTINGS = { network: 'regtest', timeoutMs: 1000 } as const
/** Services that do not answer are asked about a payment for so long. */
const PAYING = { ...SETTINGS, paymentTimeoutMs: 2000 } as const

export const SERVICES: Readonly<Record<string, (regtest: RegtestNetwork) => Promise<Service>>> = {
  async lnd(regtest) {
    const front = await startLndFront(regtest)
    const { url, invoiceMacaroon, adminMacaroon } = front
    return {
      backend: lnd({ url, macaroon: invoiceMacaroon, ...SETTINGS }),
      wallet: lndWallet({ url, macaroon: adminMacaroon, ...PAYING }),
      front,
      secrets: [invoiceMacaroon, adminMacaroon],
    }
  },
  async phoenixd(regtest) {
    const front = await startPhoenixdFront(regtest)
    const { url, limitedPassword, password } = front
    return {
      backend: phoenixd({ url, password: limitedPassword, ...SETTINGS }),
      wallet: phoenixdWallet({ url, password, ...PAYING }),
      front,
      secrets: [limitedPassword, password],
    }
  },
  async lnbits(regtest) {
    const front = await startLnbitsFront(regtest)
    const { url, merchant, payer } = front
    return {
      backend: lnbits({ url, invoiceKey: merchant.invoiceKey, ...SETTINGS }),
      wallet: lnbitsWallet({ url, adminKey: payer.adminKey, ...PAYING }),
      front,
      secrets: [merchant.invoiceKey, payer.adminKey],
    }
  },
  async coreLightning(regtest) {
    const front = await startClnrestFront(regtest)
    const { url, invoiceRune, rune } = front
    return {
      backend: coreLightning({ url, rune: invoiceRune, ...SETTINGS }),
      wallet: coreLightningWallet({ url, rune, ...PAYING }),
      front,
      secrets: [invoiceRune, rune],
    }
  },
  async nwc(regtest) {
    const front = await startNwcFront(regtest)
    const { receiveOnlyConnection, connection } = front
    return {
      backend: nwc({ url: receiveOnlyConnection, ...SETTINGS }),
      wallet: nwcWallet({ url: connection, ...PAYING }),
      front,
      secrets: [receiveOnlyConnection, connection].map(
        (url) => new URL(url).searchParams.get('secret') ?? url,
      ),
    }
  },
}
