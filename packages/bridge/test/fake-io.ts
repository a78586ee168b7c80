import type { Io } from '@turnpike/bridge'
import { PassThrough } from 'node:stream'

/** A process made of values: what it is given and what was written to it. */
export function fakeIo(env: Io['env'] = {}) {
  const written = { stdout: '', log: [] as string[] }
  const stopping = new Set<() => void>()
  const stdout = new PassThrough()
  stdout.on('data', (chunk) => (written.stdout += String(chunk)))
  const io: Io = {
    stdin: new PassThrough(),
    stdout,
    log: (line) => void written.log.push(line),
    env,
    onStop(listener) {
      stopping.add(listener)
      return () => stopping.delete(listener)
    },
  }
  return { io, written, stop: () => stopping.forEach((listener) => listener()) }
}
