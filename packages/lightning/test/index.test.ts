import { expect, test } from '@jest/globals'
import * as lightning from '@turnpike/lightning'

test('the public surface is exactly this', () => {
  expect(Object.keys(lightning).toSorted()).toEqual([
    'LightningError',
    'coreLightning',
    'coreLightningWallet',
    'lightningWallet',
    'lnbits',
    'lnbitsWallet',
    'lnd',
    'lndWallet',
    'nwc',
    'nwcWallet',
    'phoenixd',
    'phoenixdWallet',
    'readInvoice',
    'walletFromEnvironment',
  ])
})
