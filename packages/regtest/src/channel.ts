import * as ldk from 'lightningdevkit'
import type { Chain } from './chain.ts'
import { fundingTransaction } from './funding-transaction.ts'
import { faultOf } from './ldk.ts'
import type { LdkNode } from './ldk-node.ts'
import type { Wire } from './wire.ts'

/** The most that a channel holds without further agreement is 16,777,215. */
const CHANNEL_SATS = 16_000_000
/** The reserve that a side may not spend, one percent, and what it keeps for the fees of its own transactions. */
const OVERHEAD_MSAT = (CHANNEL_SATS / 100) * 1000 + 540_000
/** With less, fees count for more than what can be sent. */
const LEAST_SATS = 1000
const MOST_SATS = 15_000_000

/** A channel to be opened. */
export interface Opening {
  readonly from: LdkNode
  readonly to: LdkNode
  /** What `from` can spend through it, 1,000 to 15,000,000. */
  readonly balanceSats: number
  readonly wire: Wire
  readonly chain: Chain
}

/**
 * Opens a channel between two peers. All are of one size: what is more than `balanceSats` is given away at the start.
 * @throws RangeError
 */
export function openChannel({ from, to, balanceSats, wire, chain }: Opening): void {
  if (!Number.isSafeInteger(balanceSats) || balanceSats < LEAST_SATS || balanceSats > MOST_SATS) {
    throw new RangeError(`balanceSats must be a whole number from ${LEAST_SATS} to ${MOST_SATS}`)
  }
  const pushedMsat = CHANNEL_SATS * 1000 - OVERHEAD_MSAT - balanceSats * 1000
  const size = BigInt(CHANNEL_SATS)
  const created = from.manager.create_channel(to.id, size, BigInt(pushedMsat), 0n, null, null)
  if (!(created instanceof ldk.Result_ChannelIdAPIErrorZ_OK)) throw faultOf('open a channel', created)
  wire.run()
  // One block is enough, for that is what our nodes ask for.
  chain.mine()
  wire.run()
  if (from.manager.list_usable_channels().length !== 1) throw new Error('the channel did not become usable')
}

/** What keeps a node's channels going, whichever side it is on. */
export function tendChannel({ manager }: LdkNode, event: ldk.Event): void {
  if (event instanceof ldk.Event_PendingHTLCsForwardable) {
    // LDK asks for a random delay, for privacy. There is none to keep here.
    manager.process_pending_htlc_forwards()
  } else if (event instanceof ldk.Event_FundingGenerationReady) {
    const transaction = fundingTransaction(event.channel_value_satoshis, event.output_script)
    const funded = manager.funding_transaction_generated(
      event.temporary_channel_id,
      event.counterparty_node_id,
      transaction,
    )
    if (!(funded instanceof ldk.Result_NoneAPIErrorZ_OK)) throw faultOf('fund the channel', funded)
  }
}
