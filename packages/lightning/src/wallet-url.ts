import { type BitcoinNetwork, TurnpikeError } from '@turnpike/core'
import { readFileSync } from 'node:fs'
import { coreLightningWallet } from './core-lightning-wallet.ts'
import { lnbitsWallet } from './lnbits-wallet.ts'
import { lndWallet } from './lnd-wallet.ts'
import { nwcWallet } from './nwc-wallet.ts'
import { phoenixdWallet } from './phoenixd-wallet.ts'
import { checkNetwork } from './service-options.ts'
import type { LightningWallet } from './wallet.ts'

/** What an address says besides the secret. */
interface Service {
  readonly url: string
  readonly network?: BitcoinNetwork
  readonly tls?: { readonly certificate: string }
}

/** One for each scheme; the secret stands where an address has its password. */
const WALLETS = new Map<string, (service: Service, secret: string) => LightningWallet>([
  ['phoenixd', (service, password) => phoenixdWallet({ ...service, password })],
  ['lnd', (service, macaroon) => lndWallet({ ...service, macaroon })],
  ['lnbits', (service, adminKey) => lnbitsWallet({ ...service, adminKey })],
  ['core-lightning', (service, rune) => coreLightningWallet({ ...service, rune })],
])

const FORMS =
  'nostr+walletconnect://..., phoenixd+http://:<password>@127.0.0.1:9740, ' +
  'lnd+https://:<macaroon in hex>@host:8080?certificate=<file>, lnbits+https://:<admin key>@host, ' +
  'core-lightning+https://:<rune>@host:3010?certificate=<file>'

/**
 * The wallet that an address names: the connection string of NWC, or `<service>+<http or https>://:<secret>@<host>`.
 * Parameters: `network=` (default `bitcoin`), and `certificate=`, the name of a PEM file, for https.
 *
 * @param owner - where the address came from, for messages. They never repeat the address: it is a secret.
 * @throws TurnpikeError `option_invalid`; @throws LightningError `lightning_sdk_missing`
 */
export function walletAt(address: string, owner: string): LightningWallet {
  const [, scheme = '', rest = ''] = /^([a-z-]+)\+(.*)$/s.exec(address) ?? []
  const network = networkIn(address, owner)
  if (scheme === 'nostr') return nwcWallet({ url: address, ...network })
  const create = WALLETS.get(scheme)
  if (create === undefined || !URL.canParse(rest)) {
    throw new TurnpikeError('option_invalid', `${owner} is no address of a wallet. There are: ${FORMS}`)
  }
  const url = new URL(rest)
  const secret = secretIn(url, owner)
  const certificate = url.searchParams.get('certificate')
  checkParameters(url, owner)
  const bare = `${url.protocol}//${url.host}${url.pathname}`
  const tls = certificate === null ? {} : { tls: { certificate: textOf(certificate, owner) } }
  return create({ url: bare, ...network, ...tls }, secret)
}

function secretIn({ password }: URL, owner: string): string {
  try {
    return decodeURIComponent(password)
  } catch {
    throw new TurnpikeError('option_invalid', `${owner}: a % in the secret is written %25`)
  }
}

function textOf(certificate: string, owner: string): string {
  try {
    return readFileSync(certificate, 'utf8')
  } catch (error) {
    throw new TurnpikeError('option_invalid', `${owner}: cannot read the certificate ${certificate}`, {
      cause: error,
    })
  }
}

function checkParameters({ searchParams, username }: URL, owner: string): void {
  const unknown = [...searchParams.keys()].find((name) => name !== 'network' && name !== 'certificate')
  if (unknown !== undefined) {
    throw new TurnpikeError(
      'option_invalid',
      `${owner}: there are the parameters network and certificate only`,
    )
  }
  if (username === '') return
  throw new TurnpikeError('option_invalid', `${owner}: the secret stands after a colon: //:<secret>@host`)
}

function networkIn(address: string, owner: string): { readonly network?: BitcoinNetwork } {
  const query = address.split('?').at(1)
  const network = query === undefined ? null : new URLSearchParams(query).get('network')
  if (network === null) return {}
  checkNetwork(owner, network)
  return { network }
}
