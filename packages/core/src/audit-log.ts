import { plainLine } from './plain-line.ts'
import type { Warnings } from './warnings.ts'
import { isPromise } from './when-known.ts'

/** Takes one line, without its end and without control characters. May be asynchronous; that it fails is reported. */
export type AuditLog = (line: string) => void | PromiseLike<void>

/** Hands lines to an audit log, and holds up no call for it. */
export interface AuditWriter {
  write(line: string): void
  /** Resolves when no line is being written any more, whether it could be or not. */
  drain(): Promise<void>
}

export function createAuditWriter(log: AuditLog, warnings: Warnings): AuditWriter {
  const onFault = (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    warnings.atMostEachMinute('audit_failed', `the audit log did not take a line: ${reason}`)
  }
  const writing = new Set<PromiseLike<void>>()
  const follow = async (line: PromiseLike<void>) => {
    writing.add(line)
    try {
      await line
    } catch (error) {
      onFault(error)
    } finally {
      writing.delete(line)
    }
  }
  return {
    write(line) {
      try {
        const written = log(plainLine(line))
        if (isPromise(written)) void follow(written)
      } catch (error) {
        onFault(error)
      }
    },
    async drain() {
      while (writing.size > 0) await Promise.allSettled(writing)
    },
  }
}
