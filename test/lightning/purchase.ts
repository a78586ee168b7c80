import type { RegtestWallet } from '@turnpike/regtest'

/** What a 402 asks to be paid, read as the clients in the field read it. */
export interface Bill {
  readonly macaroon: string
  readonly invoice: string
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Parsed; `{}` when there is none. */
  readonly body: Readonly<Record<string, unknown>>
}

/** Asks, with the credential in `Authorization` where there is one. */
export async function ask(url: string, credential?: string): Promise<Answer> {
  const response = await fetch(url, {
    headers: credential === undefined ? {} : { Authorization: credential },
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : {} }
}

/** @throws Error when there is no bill in the answer */
export function billOf({ status, headers }: Answer): Bill {
  const field = headers.get('www-authenticate') ?? ''
  const [, macaroon, invoice] = /L402 macaroon="([^"]+)", invoice="([^"]+)"/.exec(field) ?? []
  if (macaroon === undefined || invoice === undefined) throw new Error(`no bill in the ${status}: ${field}`)
  return { macaroon, invoice }
}

/** Pays the bill. @returns the credential that was bought */
export async function settle({ macaroon, invoice }: Bill, wallet: RegtestWallet): Promise<string> {
  const { preimage } = await wallet.payInvoice({ invoice })
  return `L402 ${macaroon}:${preimage}`
}

/** Asks, and pays what it costs. @returns the credential, not used yet */
export async function buy(url: string, wallet: RegtestWallet): Promise<string> {
  return await settle(billOf(await ask(url)), wallet)
}

/** How the call was admitted, and how often more. */
export function admissionOf({ headers }: Answer): string | null {
  return headers.get('turnpike-admission')
}
