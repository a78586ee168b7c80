import { createFetch } from '@turnpike/client'
import type { ClientEvent, FetchOptions } from '@turnpike/client'
import { printedFetch } from './exchange.ts'

/** Somebody who calls tools, and gets through a gate the way it was told to. */
export interface Agent {
  /** Calls the tool at `url` and prints what happens. @throws Error when it does not get in */
  call(url: string): Promise<void>
}

/** @param options - whether it may work, pay and wait: those of `createFetch` */
export function createAgent(options: FetchOptions, print: (line: string) => void): Agent {
  const fetch = createFetch({
    ...options,
    fetch: printedFetch(print),
    onEvent(event) {
      const words = wordsFor(event)
      if (words !== undefined) print(`   ${words}`)
    },
  })
  return {
    async call(url) {
      const response = await fetch(url)
      const body = await response.text()
      print(`   ${body}`)
      if (!response.ok) throw new Error(`the agent did not get in: ${response.status}`)
    },
  }
}

/** Undefined for what the exchanges show by themselves. */
function wordsFor(event: ClientEvent): string | undefined {
  switch (event.type) {
    case 'solving':
      return `working: ${event.expectedHashes} hashes, on average`
    case 'solved':
      return `worked: ${event.hashes} hashes in ${Math.round(event.elapsedMs)} ms`
    case 'paying':
      return `paying ${event.amountMsat / 1000} sats for payment hash ${event.paymentHash.slice(0, 12)}...`
    case 'paid':
      return `paid ${event.amountMsat / 1000} sats, and ${(event.feeMsat ?? 0) / 1000} for routing`
    case 'waiting':
      return `waiting ${Math.ceil(event.waitMs / 1000)} s`
    case 'gaveUp':
      return `gave up: ${event.message}`
    case 'notPaid':
    case 'inDoubt':
    case 'ledgerFailed':
      return event.message
    case 'challenged':
    case 'reusing':
    case 'sellerStopped':
    case 'otherRails':
      return undefined
  }
}
