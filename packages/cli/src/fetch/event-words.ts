import type { ClientEvent } from '@turnpike/client'
import { formatCount, formatDuration } from '../quantity.ts'

/** What has happened, for people. */
export function wordEvent(event: ClientEvent): string {
  switch (event.type) {
    case 'challenged':
      return `refused: ${event.status}${event.code === undefined ? '' : ` ${event.code}`}`
    case 'solving':
      return `working: ${formatCount(event.expectedHashes)} hashes expected`
    case 'solved':
      return `worked: ${formatCount(event.hashes)} hashes in ${formatDuration(event.elapsedMs)}`
    case 'waiting':
      return `waiting ${formatDuration(event.waitMs)}`
    case 'paying':
      return `paying ${inSats(event.amountMsat)}, and up to ${inSats(event.maxFeeMsat)} for routing`
    case 'paid': {
      const fee = event.feeMsat === undefined ? '' : `, and ${inSats(event.feeMsat)} for routing`
      return `paid ${inSats(event.amountMsat)}${fee}${event.isResumed ? ' (begun by an earlier call)' : ''}`
    }
    case 'notPaid':
      return `not paid: ${event.message}`
    case 'inDoubt':
      return `payment in doubt: ${event.message}`
    case 'reusing':
      return `showing what was ${event.rail === 'pow' ? 'worked' : 'paid'} for before`
    case 'sellerStopped':
      return `${event.origin} took money and refused what it bought; nothing is paid there for a day`
    case 'otherRails':
      return `offers ways of paying that this command does not know (${event.status})`
    case 'ledgerFailed':
      return `the ledger could not be written: ${event.message}`
    case 'gaveUp':
      return `gave up: ${event.message}`
    default:
      return event satisfies never
  }
}

function inSats(msat: number): string {
  return `${formatCount(msat / 1000)} sats`
}
