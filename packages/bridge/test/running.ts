/** Processes of the tests, and hosts that talk to them on stdio. */
import { Client as Client2 } from '@modelcontextprotocol/client'
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

export const ROOT = join(import.meta.dirname, '../../..')
export const BRIDGE = join(import.meta.dirname, '../bin/turnpike-bridge.js')
export const PYTHON_SERVER = join(import.meta.dirname, 'servers/server.py')

/** A result, as tests read it. */
export interface ToolResult {
  readonly content: readonly { readonly type: string; readonly text: string }[]
  readonly isError?: boolean
  readonly _meta?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** What stands in `_meta` under a key. */
export function metaIn(
  { _meta: meta }: ToolResult,
  key: string,
): Readonly<Record<string, unknown>> | undefined {
  return meta?.[key]
}

export interface Progress {
  readonly progress: number
  readonly total?: number
  readonly message?: string
}

/** What tests use of a host, of either SDK. */
export interface Host {
  /** Calls a tool. */
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<ToolResult>
  readonly client: SampleClient
  /** What the bridge said there. */
  stderr(): string
  close(): Promise<void>
}

interface CallOptions {
  readonly onprogress?: (progress: Progress) => void
  readonly signal?: AbortSignal
}

export interface SampleClient {
  connect(transport: never): Promise<unknown>
  callTool(call: object, ...more: readonly unknown[]): Promise<ToolResult>
  listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>
  setRequestHandler(what: unknown, handler: (request: never) => unknown): void
  setNotificationHandler(
    what: unknown,
    handler: (message: { readonly params: Readonly<Record<string, unknown>> }) => void,
  ): void
  getServerVersion(): { readonly name: string } | undefined
  readonly transport?: { terminateSession?(): Promise<void>; readonly stderr?: Readable }
  close(): Promise<void>
}

const WHO = { name: 'sample-host', version: '1.0.0' }
const CAPABILITIES = { capabilities: { sampling: {}, elicitation: {} } }

export interface HostKind {
  readonly name: string
  make(): SampleClient
  stdio(args: readonly string[], env?: Readonly<Record<string, string>>): object
  /** The SDKs differ in where options of a call stand. */
  options(options: CallOptions): readonly unknown[]
}

const command = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => ({
  command: process.execPath,
  args: [BRIDGE, ...args],
  env: { PATH: process.env['PATH'] ?? '', ...env },
  stderr: 'pipe' as const,
})

export const HOSTS: readonly HostKind[] = [
  {
    name: 'SDK 1.x',
    make: () => new Client1(WHO, CAPABILITIES) as unknown as SampleClient,
    stdio: (args, env) => new Stdio1(command(args, env)),
    options: (options) => [undefined, options],
  },
  {
    name: 'SDK 2.x legacy',
    make: () => new Client2(WHO, CAPABILITIES) as unknown as SampleClient,
    stdio: (args, env) => new Stdio2(command(args, env)),
    options: (options) => [options],
  },
  {
    name: 'SDK 2.x auto',
    make: () =>
      new Client2(WHO, { ...CAPABILITIES, versionNegotiation: { mode: 'auto' } }) as unknown as SampleClient,
    stdio: (args, env) => new Stdio2(command(args, env)),
    options: (options) => [options],
  },
]

/** A host whose server is a bridge with these arguments. */
export async function openHost(
  kind: HostKind,
  args: readonly string[],
  { env, prepare }: { env?: Readonly<Record<string, string>>; prepare?: (client: SampleClient) => void } = {},
): Promise<Host> {
  const client = kind.make()
  prepare?.(client)
  await client.connect(kind.stdio(args, env) as never)
  let stderr = ''
  client.transport?.stderr?.on('data', (chunk) => (stderr += String(chunk)))
  return {
    client,
    stderr: () => stderr,
    call: async (name, given = {}, options = {}) =>
      await client.callTool({ name, arguments: given }, ...kind.options(options)),
    close: async () => await client.close(),
  }
}

/** A process that said where it is. */
export interface Started {
  readonly url: string
  readonly child: ChildProcessWithoutNullStreams
  /** All that it said on both streams. */
  said(): string
  /** Asks it to end. @returns its exit code */
  stop(): Promise<number | null>
}

/** Starts a script of Node and waits until it says where it is. */
export async function startUntil(
  said: RegExp,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: 'pipe' })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)))
  for (;;) {
    const url = said.exec(text)?.[1]
    if (url !== undefined) return { url, child, said: () => text, stop: async () => await stop(child) }
    await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), once(child, 'exit')])
    if (child.exitCode !== null) throw new Error(text)
  }
}

async function stop(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
  return child.exitCode
}

/** Does a process with this number still run? */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
