import type { Readable, Writable } from 'node:stream'

/** All that the command sees of the process it runs in. */
export interface Io {
  readonly stdin: Readable
  /** For MCP messages alone, once a bridge runs. */
  readonly stdout: Writable
  /** Writes one line for the operator, to standard error. */
  log(line: string): void
  readonly env: Readonly<Record<string, string | undefined>>
  /** Calls `listener` when the process is asked to end (Ctrl-C, SIGTERM). Returns what stops listening. */
  onStop(listener: () => void): () => void
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** This process. */
export function processIo(): Io {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    log: (line) => void process.stderr.write(`turnpike-bridge: ${line}\n`),
    env: process.env,
    onStop(listener) {
      for (const signal of STOP_SIGNALS) process.once(signal, listener)
      return () => {
        for (const signal of STOP_SIGNALS) process.off(signal, listener)
      }
    },
  }
}
