import type { ClientEvent } from '@turnpike/client'
import type { Progress } from '@turnpike/solver'
import type { Io } from '../io.ts'
import { formatProgress } from '../solve/format.ts'
import { createProgressLine, printable } from '../terminal.ts'
import { wordEvent } from './event-words.ts'

/** Keeps what has happened, and tells people of it as it does. */
export interface Journal {
  readonly events: readonly ClientEvent[]
  readonly onEvent: (event: ClientEvent) => void
  readonly onProgress: (progress: Progress) => void
  /** Takes the line off the terminal that changes. */
  readonly clear: () => void
}

/** Money is worth a line that stays. */
const LASTING: ReadonlySet<ClientEvent['type']> = new Set([
  'paid',
  'inDoubt',
  'sellerStopped',
  'ledgerFailed',
])

/** On a terminal a line that changes; with `verbose`, a line for each event, wherever standard error goes. */
export function createJournal({ stderr }: Io, verbose: boolean): Journal {
  const events: ClientEvent[] = []
  const line = createProgressLine(stderr)
  return {
    events,
    onEvent(event) {
      events.push(event)
      const words = printable(wordEvent(event))
      if (verbose || (stderr.isTerminal && LASTING.has(event.type))) {
        line.erase()
        stderr.write(`${words}\n`)
      } else line.show(words)
    },
    onProgress: (progress) => line.show(formatProgress(progress)),
    clear: () => line.erase(),
  }
}
