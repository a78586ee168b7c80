import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** One line of a child's log: `{ "type": "ended", ... }`. */
export interface ChildEvent {
  readonly type: string
  readonly [member: string]: unknown
}

/** A server in a process of its own, with the log that it writes to its standard output. */
export interface ChildServer {
  readonly url: string
  /** All events so far. */
  readonly events: readonly ChildEvent[]
  /** Has the child draw a line below all that has happened. @returns how many events stand above it */
  mark(): Promise<number>
  /** Resolves with the events from `since` on as soon as there are `enough`; rejects after half a minute. */
  until(enough: (events: readonly ChildEvent[]) => boolean, since: number): Promise<readonly ChildEvent[]>
  /** True until the process has ended. */
  isRunning(): boolean
  /** Asks it to stop. @returns its exit code; undefined when it had to be killed. */
  stop(): Promise<number | undefined>
}

/** Guards against hanging, far above what a busy machine needs: none of them is a measure. */
const START_MS = 60_000
const EVENT_MS = 30_000
const STOP_MS = 30_000

/**
 * Starts a server and waits for its first line, `{ "url": "http://127.0.0.1:1234" }`. Lines that are no JSON objects with
 * a `type` are left alone.
 *
 * @param command - argv of the child: `[process.execPath, 'test/servers/express.js']`
 * @param env - added to the environment of this process
 */
export async function startChildServer(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ChildServer> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const complaints: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text))
  const events: ChildEvent[] = []
  const arrived = new Set<() => void>()
  let marks = 0
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string): void => {
      child.kill('SIGKILL')
      reject(new Error(`${command.join(' ')} ${why}\n${complaints.join('')}`))
    }
    const timer = setTimeout(() => fail('did not start in time'), START_MS)
    child.once('exit', (code) => fail(`ended with code ${code}`))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const entry = parseLine(line)
      if (typeof entry?.['url'] === 'string') {
        clearTimeout(timer)
        resolve(entry['url'])
      } else if (entry?.['type'] === 'mark') marks += 1
      else if (isEvent(entry)) events.push(entry)
      for (const look of arrived) look()
    })
  })
  const until: ChildServer['until'] = async (enough, since) =>
    await eventsUntil({ events, arrived, enough, since })
  return {
    url,
    events,
    mark: async () => {
      const seen = marks
      child.kill('SIGUSR2')
      await until(() => marks > seen, 0)
      return events.length
    },
    until,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stop: async () => await stop(child),
  }
}

interface Wait {
  readonly events: readonly ChildEvent[]
  readonly arrived: Set<() => void>
  readonly enough: (events: readonly ChildEvent[]) => boolean
  readonly since: number
}

async function eventsUntil({ events, arrived, enough, since }: Wait): Promise<readonly ChildEvent[]> {
  return await new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer)
      arrived.delete(look)
    }
    const look = (): void => {
      const recent = events.slice(since)
      if (!enough(recent)) return
      done()
      resolve(recent)
    }
    const timer = setTimeout(() => {
      done()
      reject(new Error(`waited in vain; the log since then: ${JSON.stringify(events.slice(since))}`))
    }, EVENT_MS)
    arrived.add(look)
    look()
  })
}

async function stop(child: ChildProcess): Promise<number | undefined> {
  if (child.exitCode !== null) return child.exitCode
  const ended = once(child, 'exit')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  child.kill('SIGTERM')
  await ended
  clearTimeout(timer)
  return child.exitCode ?? undefined
}

function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isEvent(entry: Record<string, unknown> | undefined): entry is ChildEvent {
  return typeof entry?.['type'] === 'string'
}
