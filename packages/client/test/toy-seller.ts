import { PROBLEM_MEDIA_TYPE } from '@turnpike/protocol'
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readToyInvoice, sha256, type ToyNetwork } from './toy-wallet.ts'

/** What a test may change about the seller. */
export interface SellerOptions {
  readonly sats?: number
  /** Calls that a payment admits. */
  readonly uses?: number
  /** Speaks as Turnpike does, with a problem document and notes; else as most L402 servers do. */
  readonly isTurnpike?: boolean
  readonly scheme?: 'L402' | 'LSAT'
  readonly resource?: string
  /** Answers in place of an offer. */
  readonly refuse?: (response: ServerResponse) => void
  /** Answers to a good credential in place of letting it in. */
  readonly admit?: (response: ServerResponse, refuse: () => void) => void
  /** Code of the refusal of a credential. */
  readonly badCode?: string
  readonly invoiceOptions?: Parameters<ToyNetwork['invoice']>[1]
  readonly retryAfter?: string
}

export interface ToyOffer {
  readonly token: string
  readonly invoice: string
  readonly sats: number
}

/** Sells calls for payments of the toy network. */
export function toySeller(network: ToyNetwork, options: SellerOptions = {}) {
  const { sats = 10, uses = 1, scheme = 'L402', isTurnpike = true } = options
  const sold = new Map<string, { hash: string; left: number }>()
  const seen = { requests: 0, offers: 0, shown: [] as string[], admitted: 0, bodies: [] as string[] }

  function offer(): ToyOffer {
    seen.offers += 1
    const { invoice, paymentHash } = network.invoice(sats * 1000, options.invoiceOptions)
    const token = randomBytes(60).toString('base64')
    sold.set(token, { hash: paymentHash, left: uses })
    return { token, invoice, sats }
  }

  function refuse(response: ServerResponse, code = 'proof_required'): void {
    const made = offer()
    if (options.refuse !== undefined) options.refuse(response)
    else writeRefusal(response, made, { ...options, uses, scheme, isTurnpike, code })
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    seen.requests += 1
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk)
    seen.bodies.push(body)
    const header = request.headers['x-l402'] ?? request.headers.authorization ?? ''
    const [, shown, token = '', preimage = ''] =
      /^((?:L402|LSAT) (.+):([0-9a-f]{64}))$/.exec(String(header)) ?? []
    if (shown === undefined) return refuse(response)
    seen.shown.push(shown)
    const sale = sold.get(token)
    if (sale === undefined || sale.left < 1 || sha256(preimage) !== sale.hash) {
      return refuse(response, options.badCode ?? 'credential_spent')
    }
    if (options.admit !== undefined) return options.admit(response, () => refuse(response))
    sale.left -= 1
    seen.admitted += 1
    response.writeHead(200, isTurnpike ? { 'turnpike-admission': `lightning;uses=${sale.left}` } : {})
    response.end(`in with ${body}`)
  }

  return {
    seen,
    handle: (request: IncomingMessage, response: ServerResponse) => void handle(request, response),
  }
}

/** A refusal as Turnpike writes it, or as others do. */
export function writeRefusal(
  response: ServerResponse,
  { token, invoice, sats }: ToyOffer,
  {
    isTurnpike = true,
    scheme = 'L402',
    code = 'proof_required',
    uses = 1,
    resource,
    retryAfter,
  }: SellerOptions & {
    code?: string
  } = {},
): void {
  const challenge = `${scheme} macaroon="${token}", invoice="${invoice}"`
  const headers = {
    'www-authenticate': challenge,
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
  }
  if (!isTurnpike) {
    response.writeHead(402, { ...headers, 'content-type': 'text/plain' }).end('payment required')
    return
  }
  const expiresAt = Math.floor(readToyInvoice(invoice).expiresAtMs / 1000)
  const offers = [{ rail: 'lightning', macaroon: token, invoice, sats, uses, expiresAt }]
  const problem = { type: 'about:blank', title: 't', status: 402, detail: '', code, resource, offers }
  response.writeHead(402, { ...headers, 'content-type': PROBLEM_MEDIA_TYPE }).end(JSON.stringify(problem))
}

/** A token in the usual layout of macaroons, for the payment hash given. */
export function macaroonFor(paymentHash: string, caveats: readonly string[] = []): string {
  const field = (type: number, bytes: Buffer): Buffer =>
    Buffer.concat([Buffer.from([type, bytes.length]), bytes])
  const identifier = Buffer.concat([Buffer.alloc(2), Buffer.from(paymentHash, 'hex'), Buffer.alloc(32, 17)])
  const end = Buffer.alloc(1)
  const parts = caveats.map((caveat) => Buffer.concat([field(2, Buffer.from(caveat)), end]))
  const signature = createHash('sha256').update(paymentHash).digest()
  const version = Buffer.from([2])
  return Buffer.concat([version, field(2, identifier), end, ...parts, end, field(6, signature)]).toString(
    'base64',
  )
}
