import { afterEach } from '@jest/globals'
import { lmdbStore } from '@turnpike/lmdb'
import type { LmdbStoreOptions } from '@turnpike/lmdb'
import type { OpenStore } from '@turnpike/testkit'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Not on a round number, and soon over a wrap of ms mod 2^32. */
export const BEGAN_MS = 400 * 2 ** 32 - 700

/** A fresh folder with a file in it that is not there yet. */
export interface FilePlace {
  readonly path: string
  remove(): void
}

export function freshPlace(): FilePlace {
  const folder = mkdtempSync(join(tmpdir(), 'turnpike-lmdb-'))
  return { path: join(folder, 'store.mdb'), remove: () => rmSync(folder, { recursive: true }) }
}

/** A store with a clock that is set. */
export interface OpenFile extends OpenStore {
  readonly path: string
  readonly set: (ms: number) => void
  /** One more store on the same file and the same clock. */
  readonly another: () => OpenStore['store']
}

export function openFile(options: LmdbStoreOptions = {}): OpenFile {
  const place = freshPlace()
  let nowMs = BEGAN_MS
  const open = () => lmdbStore(place.path, { now: () => nowMs, ...options })
  const store = open()
  return {
    store,
    path: place.path,
    another: open,
    now: () => nowMs,
    advance: async (ms) => {
      nowMs += Math.floor(ms)
    },
    set: (ms) => {
      nowMs = ms
    },
    close: async () => {
      await store.close()
      place.remove()
    },
  }
}

/** Like `openFile`, for a file of tests: what a test opens is closed when it ends. */
export function filesOfTests(): typeof openFile {
  const opened: OpenFile[] = []
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(async (one) => await one.close()))
  })
  return (options) => {
    const one = openFile(options)
    opened.push(one)
    return one
  }
}
