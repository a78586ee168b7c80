import { randomBytes } from 'node:crypto'
import { clnrestMethods } from './clnrest-methods.ts'
import type { RpcParameters } from './clnrest-methods.ts'
import { jsonAnswer, startFront } from './front.ts'
import type { Front, FrontAnswer, FrontRequest } from './front.ts'
import { membersOf } from './json-body.ts'
import type { RegtestNetwork } from './network.ts'

/** Core Lightning's `clnrest`, as far as getting paid and paying goes. */
export interface ClnrestFront extends Front {
  /** May do all. */
  readonly rune: string
  /** Restricted to `invoice` and `listinvoices`. */
  readonly invoiceRune: string
}

const INVOICE_METHODS = new Set(['invoice', 'listinvoices'])

/**
 * Serves `clnrest` in front of the network: `POST /v1/{method}` for `invoice`, `listinvoices`, `xpay`, `pay`, `listpays`
 * and `getinfo`. As Core Lightning does: success is 201, an error of the method 500 with its code, labels are unique, and
 * a preimage is shown when it has been paid for.
 */
export async function startClnrestFront(network: RegtestNetwork): Promise<ClnrestFront> {
  const rune = randomBytes(48).toString('base64url')
  const invoiceRune = randomBytes(48).toString('base64url')
  const methods = clnrestMethods(network)

  async function handle(request: FrontRequest): Promise<FrontAnswer> {
    const method = /^\/v1\/([a-z-]+)$/.exec(request.path)?.[1]
    if (method === undefined || request.method !== 'POST') return jsonAnswer(404, { message: 'Not found' })
    const shown = request.header('Rune')
    if (shown === '') return jsonAnswer(403, { code: 1501, message: 'Not authorized: Missing rune' })
    if (shown !== rune && shown !== invoiceRune) {
      return jsonAnswer(401, { code: 1501, message: 'Not authorized: Invalid rune' })
    }
    if (shown === invoiceRune && !INVOICE_METHODS.has(method)) {
      return jsonAnswer(401, { code: 1502, message: 'Not permitted: method is not allowed by this rune' })
    }
    const run = methods.get(method)
    if (run === undefined) return jsonAnswer(404, { code: -32601, message: `Unknown command '${method}'` })
    return await run(parametersOf(request))
  }

  return { ...(await startFront(handle)), rune, invoiceRune }
}

/** JSON or a form. */
function parametersOf(request: FrontRequest): RpcParameters {
  return request.header('Content-Type').startsWith('application/json')
    ? membersOf(request.body)
    : Object.fromEntries(new URLSearchParams(request.body))
}
