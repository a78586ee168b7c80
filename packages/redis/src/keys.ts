import { SHARDS } from '@turnpike/core'

/**
 * Names of all keys in Redis. Those of one shard share a hash tag, hence a slot of a cluster (RULES R9):
 *
 * | key                          | holds                                   | lives until                                   |
 * | ---------------------------- | --------------------------------------- | --------------------------------------------- |
 * | `{prefix:shard}:w:<holder>`  | all windows of a holder, packed         | the last unit in them is as old as its window |
 * | `{prefix:shard}:c:<id>`      | uses and claims of a credential, packed | 60 s after the credential's end               |
 * | `{prefix:shard}:h:<seal>`    | claims of a paused call, JSON           | the end of the hold                           |
 * | `{prefix:shard}:epoch`       | when the shard's memory began, ms       | 30 days after its last use                    |
 * | `{prefix:shard}:n:<number>`  | the text a window's name was made of    | two hours longer than the window              |
 */
export interface KeySpace {
  windows(holder: string, shard: number): string
  credential(credential: string, shard: number): string
  hold(seal: string, shard: number): string
  epoch(shard: number): string
  /** The only key that is no part of a decision: its shard follows from the name itself. */
  windowName(name: number): string
  windowNameShard(name: number): number
}

/** @param prefix - before the shard in every hash tag; a gate's callers and credentials are told apart by their hashes. */
export function createKeySpace(prefix: string): KeySpace {
  const tags = Array.from({ length: SHARDS }, (_, shard) => `{${prefix}:${shard}}`)
  const windows = tags.map((tag) => `${tag}:w:`)
  return {
    windows: (holder, shard) => `${windows[shard]}${holder}`,
    credential: (credential, shard) => `${tags[shard]}:c:${credential}`,
    hold: (seal, shard) => `${tags[shard]}:h:${seal}`,
    epoch: (shard) => `${tags[shard]}:epoch`,
    windowName: (name) => `${tags[windowNameShard(name)]}:n:${name}`,
    windowNameShard,
  }
}

function windowNameShard(name: number): number {
  return name % SHARDS
}
