import type { ClientEvent } from '@turnpike/client'
import type { McpClientEvent } from '@turnpike/mcp'
import { inSats } from './sats.ts'

/**
 * What the operator is told about money, always and at once.
 * @returns undefined for events that are about something else
 */
export function wordSpending(event: McpClientEvent | ClientEvent): string | undefined {
  const what = 'name' in event ? event.name : event.url
  switch (event.type) {
    case 'paid': {
      const { amountMsat, feeMsat, isResumed, paymentHash } = event
      const fee = feeMsat === undefined ? '' : ` and ${inSats(feeMsat)} for routing`
      const begun = isResumed ? ', begun by an earlier call' : ''
      return `paid ${inSats(amountMsat)}${fee} for ${quoted(what)}${begun} (payment ${paymentHash})`
    }
    case 'notPaid':
      return `not paid for ${quoted(what)}: ${quoted(event.message)}`
    case 'inDoubt':
      return `payment ${event.paymentHash} for ${quoted(what)} is in doubt: ${quoted(event.message)}`
    case 'sellerStopped':
      return `${event.origin} took money and refused what it bought; nothing is paid there for a day`
    case 'ledgerFailed':
      return `the ledger could not be written: ${quoted(event.message)}`
    case 'challenged':
    case 'solving':
    case 'solved':
    case 'waiting':
    case 'paying':
    case 'reusing':
    case 'otherRails':
    case 'gaveUp':
      return undefined
  }
}

/** Names and messages come from others: no line breaks, no colours. */
function quoted(text: string): string {
  return JSON.stringify(text)
}
