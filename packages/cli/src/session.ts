import type { Io } from './io.ts'

/** One run of the command line, as its subcommands see it. */
export interface Session {
  readonly io: Io
  /** Tells the exit code. */
  readonly end: (exitCode: number) => void
}
