import { open } from 'node:fs/promises'
import { type AuditLine, parseAuditLine } from './audit-line.ts'

/** Lines that could not be read. */
export interface Unread {
  /** Within the file: of a later version, of another log, or damaged. */
  unknown: number
  /** The last one: the process was killed, or is writing it now. */
  torn: number
}

/**
 * Reads an audit log line by line; it may be larger than memory.
 * @throws Error for a file that cannot be read
 */
export async function readLogFile(path: string, onLine: (line: AuditLine) => void): Promise<Unread> {
  const unread: Unread = { unknown: 0, torn: 0 }
  const file = await open(path, 'r')
  let isDoubtful = false
  try {
    for await (const text of file.readLines()) {
      if (text.trim() === '') continue
      if (isDoubtful) unread.unknown += 1
      const line = parseAuditLine(text)
      isDoubtful = line === undefined
      if (line !== undefined) onLine(line)
    }
  } finally {
    await file.close()
  }
  if (isDoubtful) unread.torn += 1
  return unread
}
