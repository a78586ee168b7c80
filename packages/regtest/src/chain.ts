import * as ldk from 'lightningdevkit'
import { createHash } from 'node:crypto'
import type { LdkNode } from './ldk-node.ts'

/** A block, as far as nodes ask. */
export interface Block {
  readonly hash: Uint8Array
  readonly height: number
  readonly timeSeconds: number
}

/** A chain fed by hand: headers linked by their hashes, without proof of work, holding our own transactions alone. */
export interface Chain {
  readonly tip: Block
  /** From now on `node` hears of every block. */
  follow(node: LdkNode): void
  /** Takes a transaction into the next block. */
  broadcast(transaction: Uint8Array): void
  mine(): void
  /** Mines a block when the last one is of an earlier second. LDK's WASM has no clock: the tip's time is its present. */
  catchUp(): void
}

const VERSION = 0x20000000
const EASIEST_TARGET = 0x207fffff

/** @param now - milliseconds since the epoch; when it runs backwards, the chain's time stands still */
export function createChain(now: () => number): Chain {
  const nowSeconds = (): number => Math.floor(now() / 1000)
  const genesis = ldk.BestBlock.constructor_from_network(ldk.Network.LDKNetwork_Regtest)
  let tip: Block = { hash: genesis.get_block_hash(), height: 0, timeSeconds: nowSeconds() }
  const nodes: LdkNode[] = []
  const mempool: Uint8Array[] = []

  function mine(): void {
    const timeSeconds = Math.max(tip.timeSeconds, nowSeconds())
    const header = headerOf(tip.hash, timeSeconds)
    tip = { hash: sha256(sha256(header)), height: tip.height + 1, timeSeconds }
    const transactions = mempool.splice(0)
    for (const node of nodes) tell(node, header, transactions)
  }

  function tell({ manager }: LdkNode, header: Uint8Array, transactions: readonly Uint8Array[]): void {
    const confirm = manager.as_Confirm()
    const block = transactions.map((transaction, index) =>
      ldk.TwoTuple_usizeTransactionZ.constructor_new(index + 1, transaction),
    )
    if (block.length > 0) confirm.transactions_confirmed(header, block, tip.height)
    confirm.best_block_updated(header, tip.height)
    // Lets LDK forget settled payments.
    manager.timer_tick_occurred()
  }

  return {
    get tip() {
      return tip
    },
    follow: (node) => void nodes.push(node),
    broadcast: (transaction) => void mempool.push(transaction),
    mine,
    catchUp() {
      if (nowSeconds() > tip.timeSeconds) mine()
    },
  }
}

/** 80 bytes; the Merkle root stays zero, for nobody here checks it. */
function headerOf(parent: Uint8Array, timeSeconds: number): Uint8Array {
  const header = new Uint8Array(80)
  const fields = new DataView(header.buffer)
  fields.setInt32(0, VERSION, true)
  header.set(parent, 4)
  fields.setUint32(68, timeSeconds, true)
  fields.setUint32(72, EASIEST_TARGET, true)
  return header
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}
