import type { Transport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { AnsweringTransport } from './answering-transport.ts'
import { splitCommand } from './command-line.ts'
import { UsageError } from './exit-code.ts'
import type { Io } from './io.ts'

/** A server that is started as a process of its own and talks on stdio. */
export interface ChildServer {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** One message of a server; a longer one ends the child. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024
/** Ours, and none of the child's business. */
const OWN_SETTING = /^TURNPIKE_/

/**
 * Reads `--stdio "python3 server.py"`. The child gets the environment, without the settings of Turnpike.
 * @throws UsageError also where there is no such command: better now than at the first call
 */
export function readChildServer(text: string, env: Io['env']): ChildServer {
  const [command, ...args] = splitCommand(text, '--stdio')
  if (process.platform !== 'win32' && !isExecutable(command, env))
    throw new UsageError(`--stdio: there is no command ${JSON.stringify(command)} that may be run.`)
  const passed = Object.entries(env).flatMap(([name, value]) =>
    value === undefined || OWN_SETTING.test(name) ? [] : [[name, value] as const],
  )
  return { command, args, env: Object.fromEntries(passed) }
}

/** A transport to a child that is started with it and ends with it. Its standard error becomes ours. */
export function childTransport({ command, args, env }: ChildServer): Transport {
  const child = new StdioClientTransport({
    command,
    args: [...args],
    env: { ...env },
    stderr: 'inherit',
    maxBufferSize: MAX_MESSAGE_BYTES,
  })
  const ended = { status: 502, text: 'The process of the server ended before it answered.' }
  return new AnsweringTransport(child, { failed: () => ended, cutOff: ended, lost: ended })
}

function isExecutable(command: string, env: Io['env']): boolean {
  const places = command.includes('/') ? [''] : (env['PATH'] ?? '').split(delimiter)
  return places.some((place) => {
    const file = place === '' ? command : join(place, command)
    try {
      accessSync(file, constants.X_OK)
      return statSync(file).isFile()
    } catch {
      return false
    }
  })
}
