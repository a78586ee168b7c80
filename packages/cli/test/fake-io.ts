import type { Io } from '@turnpike/cli'

interface FakeOptions {
  readonly terminal?: boolean
  readonly stdin?: string
  readonly env?: Io['env']
}

/** A process made of values: what it is given and what was written to it. */
export function fakeIo({ terminal = false, stdin = '', env = {} }: FakeOptions = {}) {
  const written = { stdout: '', stderr: '' }
  const interrupts = new Set<() => void>()
  const io: Io = {
    stdout: { isTerminal: terminal, write: (text) => void (written.stdout += text) },
    stderr: { isTerminal: terminal, write: (text) => void (written.stderr += text) },
    readStdin: async (maxBytes) => await Promise.resolve(stdin.slice(0, maxBytes)),
    env,
    onInterrupt(listener) {
      interrupts.add(listener)
      return () => interrupts.delete(listener)
    },
  }
  return { io, written, interrupts, interrupt: () => interrupts.forEach((listener) => listener()) }
}
