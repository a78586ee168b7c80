import * as ldk from 'lightningdevkit'
import { randomBytes } from 'node:crypto'
import type { Block } from './chain.ts'

/** One Lightning node, which does nothing by itself: whoever holds it carries its bytes and takes its events. */
export interface LdkNode {
  /** Its public key. */
  readonly id: Uint8Array
  readonly manager: ldk.ChannelManager
  readonly peers: ldk.PeerManager
  /** All that has happened since the last call. */
  takeEvents(): readonly ldk.Event[]
  /** LDK knows its callbacks weakly: what it may call has to be held by somebody. */
  readonly held: readonly object[]
}

/** What a node needs of the world. */
export interface NodeOptions {
  readonly graph: ldk.NetworkGraph
  /** The newest block, from which on it follows the chain. */
  readonly tip: Block
  /** Receives its transactions. */
  readonly broadcast: (transaction: Uint8Array) => void
}

/** On a chain without traffic any fee rate will do; one that never changes sparks no update_fee messages. */
const SATS_PER_1000_WEIGHT = 253

/** A node with new keys, which live and die with it. */
export function createLdkNode({ graph, tip, broadcast }: NodeOptions): LdkNode {
  const keys = ldk.KeysManager.constructor_new(randomBytes(32), BigInt(tip.timeSeconds), 0)
  // About 200 records per payment, and no level to set: each is dropped here.
  const logger = ldk.Logger.new_impl({ log: () => {} })
  const fees = ldk.FeeEstimator.new_impl({ get_est_sat_per_1000_weight: () => SATS_PER_1000_WEIGHT })
  const broadcaster = ldk.BroadcasterInterface.new_impl({
    broadcast_transactions: (transactions) => transactions.forEach(broadcast),
  })
  const watch = createWatch()
  const routers = createRouters(graph, logger, keys)
  const manager = ldk.ChannelManager.constructor_new(
    fees,
    watch,
    broadcaster,
    routers.payments,
    routers.messages,
    logger,
    keys.as_EntropySource(),
    keys.as_NodeSigner(),
    keys.as_SignerProvider(),
    createConfig(),
    ldk.ChainParameters.constructor_new(
      ldk.Network.LDKNetwork_Regtest,
      ldk.BestBlock.constructor_new(tip.hash, tip.height),
    ),
    tip.timeSeconds,
  )
  const { handler, take } = createEventQueue()
  return {
    id: manager.get_our_node_id(),
    manager,
    peers: createPeers(manager, keys, logger, tip.timeSeconds),
    takeEvents() {
      manager.as_EventsProvider().process_pending_events(handler)
      return take()
    },
    held: [keys, logger, fees, broadcaster, watch, routers, handler],
  }
}

/**
 * A watchtower that sees nothing: nobody can cheat on a chain that we feed alone. LDK's own copies the whole state of the
 * channel with every update, which is nearly all growth of memory and a quarter of the time.
 */
function createWatch(): ldk.Watch {
  const completed = ldk.ChannelMonitorUpdateStatus.LDKChannelMonitorUpdateStatus_Completed
  return ldk.Watch.new_impl({
    watch_channel: () => ldk.Result_ChannelMonitorUpdateStatusNoneZ.constructor_ok(completed),
    update_channel: () => completed,
    release_pending_monitor_events: () => [],
  })
}

function createRouters(graph: ldk.NetworkGraph, logger: ldk.Logger, keys: ldk.KeysManager) {
  const entropy = keys.as_EntropySource()
  const decay = ldk.ProbabilisticScoringDecayParameters.constructor_default()
  const scorer = ldk.ProbabilisticScorer.constructor_new(decay, graph, logger)
  const score = ldk.MultiThreadedLockableScore.constructor_new(scorer.as_Score())
  const payments = ldk.DefaultRouter.constructor_new(
    graph,
    logger,
    entropy,
    score.as_LockableScore(),
    ldk.ProbabilisticScoringFeeParameters.constructor_default(),
  )
  const messages = ldk.DefaultMessageRouter.constructor_new(graph, entropy)
  return { payments: payments.as_Router(), messages: messages.as_MessageRouter(), held: [score, scorer] }
}

function createConfig(): ldk.UserConfig {
  const config = ldk.UserConfig.constructor_default()
  // A copy: it has to be set back.
  const handshake = config.get_channel_handshake_config()
  handshake.set_minimum_depth(1)
  // By default a payment is capped at a tenth of the channel.
  handshake.set_max_inbound_htlc_value_in_flight_percent_of_channel(100)
  config.set_channel_handshake_config(handshake)
  return config
}

function createPeers(
  manager: ldk.ChannelManager,
  keys: ldk.KeysManager,
  logger: ldk.Logger,
  nowSeconds: number,
): ldk.PeerManager {
  const ignore = ldk.IgnoringMessageHandler.constructor_new()
  return ldk.PeerManager.constructor_new(
    manager.as_ChannelMessageHandler(),
    ignore.as_RoutingMessageHandler(),
    ignore.as_OnionMessageHandler(),
    ignore.as_CustomMessageHandler(),
    nowSeconds,
    keys.as_EntropySource().get_secure_random_bytes(),
    logger,
    keys.as_NodeSigner(),
  )
}

/** A handler that queues: whatever throws inside a callback of LDK ends all events of that node for good. */
function createEventQueue() {
  const queue: ldk.Event[] = []
  const handler = ldk.EventHandler.new_impl({
    handle_event(event) {
      queue.push(event)
      return ldk.Result_NoneReplayEventZ.constructor_ok()
    },
  })
  return { handler, take: (): readonly ldk.Event[] => queue.splice(0) }
}
