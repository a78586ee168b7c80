import { setTimeout as pause } from 'node:timers/promises'
import { EXIT } from '../exit-code.ts'
import { messageOf } from '../failure.ts'
import { interruptible } from '../interrupt.ts'
import type { Io } from '../io.ts'
import { paintFor, printable } from '../terminal.ts'
import { formatStatus } from './format.ts'
import { type Look, lookAt } from './look.ts'
import { readTopRequest, type TopFlags, type TopRequest } from './request.ts'
import { createScreen } from './screen.ts'

/**
 * `turnpike top`: shows the status of a gate, again and again until Ctrl-C.
 * @throws UsageError, and Error where there is no status to begin with
 */
export async function topCommand(address: string, flags: TopFlags, io: Io): Promise<number> {
  const request = readTopRequest(address, flags, io.env)
  const show = flags.json === true ? lineShower(io) : screenShower(io, flags.once === true)
  return await interruptible(io, async (signal) => {
    show.look(await lookAt(request, signal))
    if (flags.once === true) return EXIT.ok
    await lookOn(request, show, signal)
    return EXIT.ok
  })
}

/** Where looks go. */
interface Show {
  readonly look: (look: Look) => void
  /** A look that failed, once there was one that did not. */
  readonly failure: (reason: string) => void
}

/** Until it is interrupted, which is how it ends. A server that restarts comes back. */
async function lookOn(request: TopRequest, show: Show, signal: AbortSignal): Promise<void> {
  while (await paused(request.intervalMs, signal)) {
    try {
      show.look(await lookAt(request, signal))
    } catch (error) {
      if (signal.aborted) return
      show.failure(printable(messageOf(error)))
    }
  }
}

async function paused(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(ms, undefined, { signal })
    return true
  } catch {
    return false
  }
}

function lineShower({ stdout, stderr }: Io): Show {
  return {
    look: ({ text }) => stdout.write(`${printable(JSON.stringify(JSON.parse(text)))}\n`),
    failure: (reason) => stderr.write(`${reason}\n`),
  }
}

function screenShower({ stdout, env }: Io, isOnce: boolean): Show {
  const paint = paintFor(stdout, env)
  const draw = isOnce ? (text: string) => stdout.write(text) : createScreen(stdout)
  let latest = ''
  return {
    look({ status }) {
      latest = formatStatus(status, paint)
      draw(latest)
    },
    failure: (reason) => draw(`${paint.red(reason)}\n${latest}`),
  }
}
