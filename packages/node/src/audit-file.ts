import type { AuditLog } from '@turnpike/core'
import { appendFile } from 'node:fs/promises'

/**
 * Writes the audit log of a gate to a file, one line of JSON per movement of money, after what is there already. Several
 * processes may share the file; it may be rotated by renaming it. Only its owner can read it.
 *
 * @param path - made when the first line comes; its folder must exist
 * @example createGate({ name: 'my-api', secret, store, lightning, audit: auditFile('/var/log/my-api/audit.jsonl') })
 */
export function auditFile(path: string): AuditLog {
  let pending = ''
  let batch: Promise<void> | undefined
  let last: Promise<unknown> = Promise.resolve()

  const write = async (): Promise<void> => {
    // Lines in order, also after one that could not be written; those that come meanwhile go together.
    await last.catch(() => undefined)
    const lines = pending
    pending = ''
    batch = undefined
    await appendFile(path, lines, { mode: 0o600 })
  }
  return (line) => {
    pending += `${line}\n`
    if (batch === undefined) {
      batch = write()
      last = batch
    }
    return batch
  }
}
