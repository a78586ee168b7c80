import { isLoopback } from '@turnpike/client'
import { type BitcoinNetwork, checkKnownOptions, TurnpikeError } from '@turnpike/core'

/** How a service over https is known. */
export interface TlsOptions {
  /**
   * PEM of the only certificate that is trusted: the service's own, self-signed one (LND's `tls.cert`), whatever name
   * it is reached by, or that of the authority which signed it. Default: the authorities that Node trusts.
   */
  readonly certificate: string
}

/** What every service over HTTP takes. */
export interface ServiceOptions {
  /** Where it listens, such as `https://localhost:8080`. No user name and no password in it. */
  readonly url: string
  /** The network of its invoices. Any other is refused. Default `'bitcoin'`. */
  readonly network?: BitcoinNetwork
  readonly tls?: TlsOptions
  /** Sends the credential over plain http to machines other than this one, too. Default `false` (R35). */
  readonly allowPlainHttp?: boolean
  /** Longest that one call takes, in ms. Default 5,000; payments have `paymentTimeoutMs`. */
  readonly timeoutMs?: number
  /** The time in ms since 1970. Default `Date.now`. */
  readonly now?: () => number
}

/** What every wallet over HTTP takes. */
export interface WalletOptions extends ServiceOptions {
  /** Longest that a payment is waited for, in ms. After that it is in doubt. Default 60,000. */
  readonly paymentTimeoutMs?: number
}

/** Of one call, unless the operator says otherwise. */
export const DEFAULT_TIMEOUT_MS = 5000
/** Beyond it a timer would fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

const SERVICE_OPTIONS = ['url', 'network', 'tls', 'allowPlainHttp', 'timeoutMs', 'now'] as const
const NETWORKS: readonly BitcoinNetwork[] = ['bitcoin', 'testnet', 'signet', 'regtest']

/**
 * Checks what services have in common.
 *
 * @param own - the names of the options that this service has besides.
 * @throws TurnpikeError `option_unknown`, `option_invalid`. No message repeats a value: it may be a secret.
 */
export function checkServiceOptions(owner: string, options: ServiceOptions, own: readonly string[]): void {
  checkKnownOptions(owner, options, [...SERVICE_OPTIONS, ...own])
  checkNetwork(owner, options.network)
  checkUrl(owner, options)
  checkDuration(owner, 'timeoutMs', options.timeoutMs)
  if (options.tls === undefined) return
  checkKnownOptions(`${owner}: tls`, options.tls, ['certificate'])
  const certificate: unknown = options.tls.certificate
  if (typeof certificate !== 'string' || !certificate.includes('-----BEGIN CERTIFICATE-----')) {
    throw invalid(owner, 'tls.certificate', 'must be the PEM text of a certificate, not the name of its file')
  }
}

/** @throws TurnpikeError `option_invalid` */
export function checkNetwork(
  owner: string,
  network: string | undefined,
): asserts network is BitcoinNetwork | undefined {
  if (network === undefined || NETWORKS.some((known) => known === network)) return
  throw invalid(owner, 'network', `must be one of ${NETWORKS.join(', ')}`)
}

/** @throws TurnpikeError `option_invalid` */
export function checkDuration(owner: string, name: string, ms: number | undefined): void {
  if (ms === undefined || (Number.isInteger(ms) && ms > 0 && ms <= LONGEST_TIMER_MS)) return
  throw invalid(owner, name, 'must be a number of milliseconds above 0')
}

/** What a credential looks like, and how to get one. */
export interface CredentialForm {
  readonly name: string
  readonly form: RegExp
  readonly hint: string
}

/** @throws TurnpikeError `option_invalid` when the credential cannot be one, with how to get it. */
export function checkCredential(
  owner: string,
  value: unknown,
  { name, form, hint }: CredentialForm,
): asserts value is string {
  if (value === undefined) throw invalid(owner, name, `is not set: it ${hint}`)
  if (typeof value !== 'string' || !form.test(value)) throw invalid(owner, name, hint)
}

function checkUrl(owner: string, { url, allowPlainHttp = false, tls }: ServiceOptions): void {
  if (!URL.canParse(url))
    throw invalid(owner, 'url', 'must be the address of the service, with http or https')
  const { protocol, hostname, username, password, search, hash } = new URL(url)
  if (protocol !== 'https:' && protocol !== 'http:')
    throw invalid(owner, 'url', 'must begin with https or http')
  if (username !== '' || password !== '') {
    throw invalid(owner, 'url', 'must not have a credential in it: that has an option of its own')
  }
  if (search !== '' || hash !== '') throw invalid(owner, 'url', 'must end with its host, port or path')
  if (protocol === 'https:') return
  if (tls !== undefined) throw invalid(owner, 'tls', 'needs a url that begins with https')
  if (allowPlainHttp || isLoopback(hostname)) return
  throw invalid(
    owner,
    'url',
    'is plain http to another machine, which shows the credential to whoever is between: use https, or a tunnel, or ' +
      'set allowPlainHttp on a network of your own',
  )
}

/** The error for a value that cannot be. */
export function invalid(owner: string, name: string, problem: string): TurnpikeError {
  return new TurnpikeError('option_invalid', `${owner}: ${name} ${problem}`)
}
