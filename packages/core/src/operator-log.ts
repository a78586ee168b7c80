import { plainLine } from './plain-line.ts'
import { isPromise } from './when-known.ts'

/** The operator's log, a plain line at a time. When it fails there is nowhere to say so, and no call is to fail for it. */
export function createLog(write: (line: string) => unknown): (line: string) => void {
  return (line) => {
    try {
      const written = write(plainLine(line))
      if (isPromise(written)) written.then(undefined, () => undefined)
    } catch {
      // What was to be said is an event, too.
    }
  }
}
