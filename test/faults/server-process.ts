import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** How a process ended: by itself or by a signal. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A server in a process of its own, to be treated badly. */
export interface ServerProcess {
  readonly url: string
  readonly exited: Promise<Exit>
  /** All that it has written, standard error included. */
  said(): string
  /**
   * Waits until a word has been said so often.
   * @param since - length of what was said before; default 0
   * @throws Error when that takes more than 20 s, or the process ends first
   */
  hears(word: string, times: number, since?: number): Promise<void>
  isRunning(): boolean
  kill(signal: NodeJS.Signals): void
  /** Ends it whatever state it is in. */
  end(): Promise<void>
}

export interface Launch {
  /** Default: our own server of this folder. */
  readonly script?: string
  readonly env?: Readonly<Record<string, string>> | undefined
}

const HEARING_MS = 20_000
const SECRET = 'one secret for all starts of one test, long enough'

/**
 * Starts a server and waits for the words `up at http://...`.
 * @throws Error with what it said when it ends before
 */
export async function startServer({ script, env }: Launch = {}): Promise<ServerProcess> {
  const server = launch({ script: script ?? join(import.meta.dirname, 'servers/express.js'), env })
  await server.hears('up at http', 1)
  return { ...server, url: /up at (http:\S+)/.exec(server.said())?.[1] ?? '' }
}

/** Runs a server that is not expected to come up. */
export async function failToStart(launched: Launch): Promise<Exit & { readonly said: string }> {
  const server = launch(launched)
  const exit = await server.exited
  return { ...exit, said: server.said() }
}

function launch({ script = '', env }: Launch) {
  const child = spawn(process.execPath, ['--expose-gc', script], {
    env: { ...process.env, PORT: '0', TURNPIKE_SECRET: SECRET, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  }
  const exited = exitOf(child)
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  return {
    exited,
    isRunning,
    said: () => said,
    hears: async (word: string, times: number, since = 0) => {
      const deadline = Date.now() + HEARING_MS
      while (said.slice(since).split(word).length - 1 < times) {
        if (!isRunning() || Date.now() > deadline)
          throw new Error(`not heard: ${word}, but ${said.slice(since)}`)
        await pause(10)
      }
    },
    kill: (signal: NodeJS.Signals) => void child.kill(signal),
    end: async () => {
      if (isRunning()) child.kill('SIGKILL')
      await exited
    },
  }
}

/** 'close' comes after the last of the output. */
async function exitOf(child: ChildProcess): Promise<Exit> {
  await once(child, 'close')
  return { code: child.exitCode, signal: child.signalCode }
}
