/** The servers of the L402 suite: one route, one answer, free of charge, for a price of ours, and for one in x402. */
import { anyOf, pow, sats } from '@turnpike/core'
import { turnpike } from '@turnpike/express'
import { paymentMiddleware, x402ResourceServer } from '@x402/express'
import { freeBackend } from './l402-backend.js'
import { searchServer } from './search-server.js'

// Money of play is refused in production; so all of this suite runs as in development.
delete process.env['NODE_ENV']

/** @type {`${string}:${string}`} */
const NETWORK = 'eip155:84532'
const PLENTY = 1_000_000

export const contenders = {
  bare: () => searchServer([]),
  refused: () => gated(anyOf(pow(4), sats(10))),
  again: () => gated(anyOf(pow(4), sats(10))),
  paid: () => gated(sats(10)),
  x402: () => searchServer([x402()]),
  'x402-paid': () => searchServer([x402()]),
}

/** @param {import('@turnpike/core').Requirement} requirement */
function gated(requirement) {
  const plenty = `${PLENTY}/1m`
  const lightning = freeBackend()
  const { protect } = turnpike({
    name: 'bench',
    secret: 'a secret of 32 characters or more',
    lightning,
    payments: { verify: 'preimage', mint: { perCaller: plenty, perGate: plenty } },
    log: () => undefined,
  })
  const server = searchServer([protect(requirement)])
  return {
    ...server,
    /** Before each round, and outside what is measured. */
    listen: async () => {
      lightning.layIn()
      return await server.listen()
    },
  }
}

/** With a scheme and a facilitator that cost nothing: no signature is checked, no chain asked. */
function x402() {
  const kinds = [{ x402Version: 2, scheme: 'exact', network: NETWORK }]
  const facilitator = {
    getSupported: async () => ({ kinds, extensions: [], signers: {} }),
    verify: async () => ({ isValid: true, payer: '0x01' }),
    settle: async () => ({ success: true, transaction: '0x01', network: NETWORK, payer: '0x01' }),
  }
  /** @type {import('@x402/express').SchemeNetworkServer} */
  const scheme = {
    scheme: 'exact',
    defaultAssetTransferMethod: 'default',
    paymentFlows: { default: { supported: ['authorization'], default: 'authorization' } },
    parsePrice: async () => ({ amount: '10', asset: '0x02', extra: {} }),
    enhancePaymentRequirements: async (requirements) => requirements,
  }
  const accepts = { scheme: 'exact', network: NETWORK, price: '$0.01', payTo: '0x03' }
  const server = new x402ResourceServer(facilitator).register(NETWORK, scheme)
  return paymentMiddleware({ 'GET /search': { accepts, description: 'search' } }, server)
}
