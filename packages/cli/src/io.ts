/** Where a command writes. */
export interface Output {
  readonly isTerminal: boolean
  readonly write: (text: string) => void
  /** Bytes as they are. Resolves when there is room for more, rejects when nobody reads any longer. */
  readonly writeBytes: (bytes: Uint8Array) => Promise<void>
}

/** All that a command sees of the process it runs in. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  /** Reads standard input to its end. Rejects when it holds more than `maxBytes`. */
  readStdin(maxBytes: number): Promise<Uint8Array<ArrayBuffer>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Calls `listener` at the first Ctrl-C; a second one ends the process. Returns what stops listening. */
  onInterrupt(listener: () => void): () => void
}

/** This process. */
export function processIo(): Io {
  return {
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    readStdin: readStandardInput,
    env: process.env,
    now: Date.now,
    onInterrupt(listener) {
      process.once('SIGINT', listener)
      return () => process.off('SIGINT', listener)
    },
  }
}

function output(stream: NodeJS.WriteStream): Output {
  // A reader that has enough, as in `turnpike ... | head -1`, is no failure of ours.
  stream.on('error', () => undefined)
  return {
    isTerminal: stream.isTTY,
    write: (text) => void stream.write(text),
    writeBytes: async (bytes) =>
      await new Promise((resolve, reject) => {
        stream.write(bytes, (error) => (error ? reject(error) : resolve()))
      }),
  }
}

async function readStandardInput(maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of process.stdin) {
    if (!(chunk instanceof Uint8Array)) continue
    chunks.push(chunk)
    length += chunk.length
    if (length > maxBytes) throw new Error(`Standard input holds more than ${maxBytes} bytes.`)
  }
  return Buffer.concat(chunks)
}
