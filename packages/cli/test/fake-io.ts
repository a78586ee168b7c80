import type { Io } from '@turnpike/cli'
import { Buffer } from 'node:buffer'

interface FakeOptions {
  readonly terminal?: boolean
  readonly stdin?: string | Uint8Array
  readonly env?: Io['env']
  readonly now?: () => number
}

/** A process made of values: what it is given and what was written to it. */
export function fakeIo({ terminal = false, stdin = '', env = {}, now = Date.now }: FakeOptions = {}) {
  const written = { stdout: '', stderr: '' }
  const interrupts = new Set<() => void>()
  const output = (name: keyof typeof written): Io['stdout'] => ({
    isTerminal: terminal,
    write: (text) => void (written[name] += text),
    // Latin 1 shows every byte.
    writeBytes: async (bytes) => {
      written[name] += Buffer.from(bytes).toString('latin1')
      await Promise.resolve()
    },
  })
  const io: Io = {
    stdout: output('stdout'),
    stderr: output('stderr'),
    readStdin: async () => await Promise.resolve(new Uint8Array(Buffer.from(stdin))),
    env,
    now,
    onInterrupt(listener) {
      interrupts.add(listener)
      return () => interrupts.delete(listener)
    },
  }
  return { io, written, interrupts, interrupt: () => interrupts.forEach((listener) => listener()) }
}
