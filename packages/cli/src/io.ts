/** Where a command writes text. */
export interface Output {
  readonly isTerminal: boolean
  readonly write: (text: string) => void
}

/** All that a command sees of the process it runs in. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  /** Reads standard input to its end; no more than `maxBytes` of it. */
  readStdin(maxBytes: number): Promise<string>
  readonly env: Readonly<Record<string, string | undefined>>
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
    onInterrupt(listener) {
      process.once('SIGINT', listener)
      return () => process.off('SIGINT', listener)
    },
  }
}

function output(stream: NodeJS.WriteStream): Output {
  return { isTerminal: stream.isTTY, write: (text) => void stream.write(text) }
}

async function readStandardInput(maxBytes: number): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk)
    if (text.length > maxBytes) break
  }
  return text
}
