import {
  formatL402Challenge,
  L402_HEADER,
  type LightningOffer,
  parseAuthorization,
  parseL402Credentials,
  type ProblemCode,
} from '@turnpike/protocol'
import type { Book } from './books.ts'
import { newClaimId } from './claim-id.ts'
import type { InvoiceMint, Minted } from './invoice-mint.ts'
import type { Keyring } from './keys.ts'
import { mintToken, openToken, type Token } from './l402-token.ts'
import { LEASE_MS } from './leases.ts'
import type { Invoice } from './lightning-backend.ts'
import type { PaymentLookup } from './payment-lookup.ts'
import type { PaymentSettings } from './payment-options.ts'
import type { Offered, PreparedWay, Presented, Rail, RailContext, Verdict } from './rail.ts'
import { purchaseOf } from './purchase.ts'
import { RecentMap } from './recent-map.ts'
import type { RequestView } from './request.ts'
import { checkSatsTerms, MARGIN_MS, priceOf, type SatsSpec } from './sats-terms.ts'
import { EXPIRY_GRACE_MS, SHARDS } from './store.ts'
import type { Warnings } from './warnings.ts'
import { whenKnown } from './when-known.ts'

/** What the rail works with. */
export interface LightningParts {
  /** The gate's name: the service that its macaroons are for. */
  readonly service: string
  readonly keyring: Keyring
  readonly settings: PaymentSettings
  readonly mint: InvoiceMint
  readonly lookup: PaymentLookup
  readonly warnings: Warnings
  readonly book: Book
}

/** Offers that can be shown again without a new invoice; some 1.5 kB each. */
const OFFERS_REMEMBERED = 2000
/** Too little time to pay in: another invoice is made then. */
const LEAST_TIME_TO_PAY_SECONDS = 15
const NO_MATCH: readonly Presented[] = []

/**
 * Payment over Lightning, as L402 (bLIP-26): stateless to issue, since all terms of the sale are signed into the macaroon;
 * single uses by the store's claims on the payment hash (R11, R23).
 *
 * @see https://github.com/lightninglabs/L402/blob/master/protocol-specification.md
 */
export function createLightningRail(parts: LightningParts): Rail {
  const open = new RecentMap<LightningOffer>(OFFERS_REMEMBERED)
  return {
    kind: 'lightning',
    prepare: (terms) => prepareWay({ ...parts, open, spec: checkSatsTerms(terms, parts.settings) }),
    read: readCredentials,
    authenticate: (made) => (made.rail === 'lightning' ? formatL402Challenge(made) : ''),
    forget: (paymentHash) => open.delete(paymentHash),
  }
}

interface WayParts extends LightningParts {
  readonly spec: SatsSpec
  /** Offers made by this process, by payment hash. */
  readonly open: RecentMap<LightningOffer>
}

function prepareWay(parts: WayParts): PreparedWay {
  return {
    rail: 'lightning',
    quota: [],
    counted: false,
    countsApart: true,
    minting: parts.settings.perCaller,
    verify: (presented, context) => verify(parts, presented, context),
    lookUp: (paymentHash) => parts.lookup.lookUp(paymentHash),
    offer: (context, shown) => offer(parts, context, shown),
  }
}

/** `Authorization` of either name, on each of its lines, and `X-L402`. */
function readCredentials(view: RequestView): readonly Presented[] {
  const authorization = view.header('authorization')
  const other = view.header(L402_HEADER)
  if (authorization === undefined && other === undefined) return NO_MATCH
  const texts = authorization === undefined ? [] : l402TextsIn(authorization)
  if (other !== undefined) texts.push(other)
  return texts.flatMap(presentedOf)
}

function l402TextsIn(authorization: string): string[] {
  const texts: string[] = []
  for (const { scheme, credentials } of parseAuthorization(authorization)) {
    if (scheme === 'l402' || scheme === 'lsat') texts.push(credentials)
  }
  return texts
}

/** One for each macaroon; what cannot be read was meant for us all the same, and is refused as malformed when it is opened. */
function presentedOf(text: string): readonly Presented[] {
  const credentials = text.includes(',') ? parseL402Credentials(text) : []
  if (credentials.length === 0) return [{ rail: 'lightning', text }]
  return credentials.map(({ macaroon, preimage = '' }) => ({
    rail: 'lightning',
    text: `${macaroon}:${preimage}`,
  }))
}

/** By computation alone; whether it is settled and unspent, the store knows (R1, R26). */
function verify(parts: WayParts, { text }: Presented, context: RailContext): Verdict {
  const token = openToken(parts.keyring, parts.service, text)
  if (typeof token === 'string') return { outcome: 'invalid', code: token }
  const code = termsFault(token, context) ?? priceFault(parts, token, context) ?? paymentFault(token)
  return code === undefined ? valid(parts, token) : { outcome: 'invalid', code }
}

/** The store has the last word on the end as it was issued (R13); what a holder narrowed, it does not know. */
function termsFault({ allowance, isFor }: Token, { resource, nowMs }: RailContext): ProblemCode | undefined {
  const { issuedUntil, validUntil } = allowance
  const leniencyMs = validUntil < issuedUntil ? 0 : EXPIRY_GRACE_MS
  if (validUntil * 1000 + leniencyMs <= nowMs) return 'credential_expired'
  return isFor(resource) ? undefined : 'credential_wrong_resource'
}

/** What was paid must be worth what this very call costs, as it is now (R23). */
function priceFault(parts: WayParts, token: Token, context: RailContext): ProblemCode | undefined {
  const sats = priceNow(parts, context)
  if (sats === undefined) return 'price_unknown'
  return token.amountMsat < sats * 1000 ? 'credential_too_weak' : undefined
}

function paymentFault({ preimage }: Token): ProblemCode | undefined {
  return preimage === undefined ? 'credential_unsettled' : undefined
}

function priceNow({ spec, settings, warnings }: WayParts, { view, policy }: RailContext): number | undefined {
  const price = priceOf(spec.price, view, settings.maxSats)
  if ('sats' in price) return price.sats
  warnings.atMostEachMinute(
    'price_invalid',
    `the price function of '${policy ?? '?'}' gave no price, so this way is closed to the call: ${price.complaint}`,
  )
  return undefined
}

function valid({ settings, lookup }: WayParts, token: Token): Verdict {
  const { paymentHash, amountMsat, uses, shard, issuedAtMs, allowance } = token
  const onTrust = settings.verify === 'preimage'
  const settled = onTrust || lookup.isSettled(paymentHash)
  const claim = {
    credential: paymentHash,
    shard: shard % SHARDS,
    claimId: newClaimId(),
    uses,
    expiresAtMs: allowance.issuedUntil * 1000,
    leaseMs: LEASE_MS,
    lapse: 'giveBack',
    settled,
  } as const
  return {
    outcome: 'valid',
    claims: [settings.onStoreLost === 'refuse' ? { ...claim, issuedAtMs } : claim],
    payment: { paymentHash, amountMsat, uses, settled, onTrust },
  }
}

function offer(
  parts: WayParts,
  context: RailContext,
  shown: readonly Presented[],
): Offered | Promise<Offered> {
  const sats = priceNow(parts, context)
  if (sats === undefined) return { unoffered: 'price_unknown' }
  for (const { text } of shown) {
    const again = offerAgain(parts, context, text, sats)
    if (again !== undefined) return again
  }
  if (context.mayMint !== true) return { unoffered: 'issue_flood' }
  return makeOffer(parts, context, sats)
}

/**
 * The offer that was shown, if it still stands (R24). For a payment on its way there is never another one, even where the
 * invoice is not known here any more: whoever paid must not be asked to pay again (R26).
 */
function offerAgain(parts: WayParts, context: RailContext, text: string, sats: number): Offered {
  const token = openToken(parts.keyring, parts.service, text)
  if (typeof token === 'string' || termsFault(token, context) !== undefined) return undefined
  const known = parts.open.get(token.paymentHash)
  if (token.preimage !== undefined) return known ?? { unoffered: 'credential_unsettled' }
  const isPayable = known !== undefined && known.expiresAt - LEAST_TIME_TO_PAY_SECONDS > context.nowMs / 1000
  return isPayable && known.sats === sats ? known : undefined
}

function makeOffer(parts: WayParts, context: RailContext, sats: number): Offered | Promise<Offered> {
  return whenKnown(parts.mint.mint(sats * 1000, context.nowMs), (minted) => sell(parts, context, minted))
}

function sell(parts: WayParts, context: RailContext, minted: Minted): Offered {
  if ('waitMs' in minted) return { unoffered: 'lightning_down', waitMs: minted.waitMs }
  const made = offerOf(parts, context, minted.invoice)
  parts.open.set(minted.invoice.paymentHash, made)
  parts.book.enter('minted', purchaseOf(context, { ...minted.invoice, uses: parts.spec.uses }))
  return made
}

function offerOf(
  { keyring, service, spec }: WayParts,
  context: RailContext,
  invoice: Invoice,
): LightningOffer {
  const { paymentHash, amountMsat, expiresAtMs } = invoice
  const expiresAt = Math.floor(expiresAtMs / 1000)
  const { uses, validForMs } = spec
  const macaroon = mintToken(keyring.current, service, {
    paymentHash,
    amountMsat,
    uses,
    shard: context.shard,
    resource: context.resource,
    issuedAtMs: Math.floor(context.nowMs),
    validUntilSeconds: Math.max(
      Math.floor((context.nowMs + validForMs) / 1000),
      expiresAt + MARGIN_MS / 1000,
    ),
  })
  return { rail: 'lightning', macaroon, invoice: invoice.invoice, sats: amountMsat / 1000, uses, expiresAt }
}
