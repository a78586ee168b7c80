/** A bridge in a process of its own, and messages to and from it without any SDK. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { BRIDGE, type ToolResult } from './running.ts'

/** Lines of JSON-RPC to and from a bridge, without any SDK. */
export interface RawBridge {
  readonly child: ChildProcessWithoutNullStreams
  send(message: object): void
  /** The next message that fits. */
  next(fits: (message: RawMessage) => boolean): Promise<RawMessage>
  /** Everything that came out of standard output. */
  stdout(): string
  stderr(): string
  readonly ended: Promise<number | null>
}

export interface RawMessage {
  readonly id?: unknown
  readonly method?: string
  readonly result?: ToolResult & Readonly<Record<string, unknown>>
  readonly error?: { readonly code: number; readonly message: string }
  readonly params?: Readonly<Record<string, unknown>>
}

export function rawBridge(args: readonly string[], env: Readonly<Record<string, string>> = {}): RawBridge {
  const child = spawn(process.execPath, [BRIDGE, ...args], { env: { ...process.env, ...env }, stdio: 'pipe' })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk) => (said.stdout += String(chunk)))
  child.stderr.setEncoding('utf8').on('data', (chunk) => (said.stderr += String(chunk)))
  child.stdin.on('error', () => undefined)
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  const messages = (): readonly RawMessage[] =>
    said.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as RawMessage)
  return {
    child,
    ended,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    send: (message) => void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
    async next(fits) {
      for (;;) {
        const found = messages().find(fits)
        if (found !== undefined) return found
        await Promise.race([once(child.stdout, 'data'), ended])
        if (child.exitCode !== null && messages().find(fits) === undefined) throw new Error(said.stderr)
      }
    },
  }
}

export const INITIALIZE = {
  id: 'init',
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'raw-host', version: '1.0.0' },
  },
}

/** A call of a tool that answers with what it is given. */
export const CALL = { id: 7, method: 'tools/call', params: { name: 'echo', arguments: { text: 'x' } } }

/** Starts a bridge and opens a session through it. */
export async function open(args: readonly string[], env?: Record<string, string>): Promise<RawBridge> {
  const bridge = rawBridge(args, env)
  bridge.send(INITIALIZE)
  await bridge.next(({ id }) => id === 'init')
  bridge.send({ method: 'notifications/initialized' })
  return bridge
}

/** Leaves a bridge. @returns its exit code */
export async function end(bridge: RawBridge): Promise<number | null> {
  bridge.child.stdin.end()
  return await bridge.ended
}
