import type { Store } from '@turnpike/core'
import { existsSync } from 'node:fs'
import { loadOptional } from '../optional-package.ts'

const PACKAGES = ['@turnpike/lmdb'] as const

/**
 * Opens the file of a gate's store, beside the processes that use it.
 * @throws Error where there is no such file: opening it would make one
 */
export async function openLmdbStore(path: string): Promise<Store> {
  if (!existsSync(path)) throw new Error(`There is no file ${path}.`)
  const ours = await loadOptional('@turnpike/lmdb', PACKAGES)
  if (!isStorePackage(ours)) throw new Error('Update @turnpike/lmdb.')
  // What `reset` says it has done must be on the disk.
  return ours.lmdbStore(path, { sync: 'always' })
}

function isStorePackage(module: unknown): module is typeof import('@turnpike/lmdb') {
  return typeof module === 'object' && module !== null && 'lmdbStore' in module
}
