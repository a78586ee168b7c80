import { access, constants, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Io, Output } from '../io.ts'

/** Where an answer goes. */
export interface Sink {
  readonly write: (bytes: Uint8Array) => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Finds out before a call, which may be paid for, whether its answer can be written.
 * @throws Error where it cannot
 */
export async function checkSink(path: string | undefined): Promise<void> {
  if (path === undefined) return
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory() === true) throw new Error(`${path} is a directory; name a file.`)
  await access(found === undefined ? dirname(path) : path, constants.W_OK)
}

/** A file, or standard output where none is named. @throws Error for a file that cannot be written */
export async function openSink(path: string | undefined, { stdout }: Io): Promise<Sink> {
  if (path === undefined) return standardOutput(stdout)
  const file = await open(path, 'w')
  return {
    write: async (bytes) => {
      await file.writeFile(bytes)
    },
    close: async () => await file.close(),
  }
}

const LINE_END = 0x0a

/** Programs get the bytes as they are. On a terminal, what comes next begins a line of its own. */
function standardOutput({ isTerminal, writeBytes, write }: Output): Sink {
  let last: number | undefined = LINE_END
  return {
    async write(bytes) {
      last = bytes.at(-1) ?? last
      await writeBytes(bytes)
    },
    async close() {
      if (isTerminal && last !== LINE_END) write('\n')
      await Promise.resolve()
    },
  }
}
