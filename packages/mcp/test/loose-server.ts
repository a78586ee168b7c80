/** A server that believes every message, and its wire: what reaches it was let through. */
import { createGate, type Gate, type GateOptions, pow } from '@turnpike/core'
import { CREDENTIAL_META, gateMcpServer, type McpGateOptions } from '@turnpike/mcp'
import type { SampleTool } from './sample-hosts.ts'
import { voucher, voucherRail } from './voucher-rail.ts'

export const WORK = pow(1, { quota: false, adaptive: false })
/** A tool for a voucher, and one for work. */
export const PAID = { tools: { paid: { require: voucher }, worked: { require: WORK } } }

export interface Message {
  readonly id?: unknown
  readonly method?: unknown
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: {
    readonly tools?: readonly Partial<
      Omit<SampleTool, '_meta'> & { _meta: Readonly<Record<string, object>> }
    >[]
    readonly isError?: boolean
    readonly _meta?: Readonly<Record<string, Record<string, unknown>>>
  }
  readonly error?: {
    readonly code: number
    readonly message: string
    readonly data?: { readonly code: string }
  }
}

interface Wire {
  onmessage?: (message: unknown, extra?: unknown) => void
  onclose?: () => void
  onerror?: (error: Error) => void
  send(message: unknown): Promise<void>
}

export function looseServer(options: McpGateOptions, gateOrOptions: Gate | GateOptions = {}) {
  const gate = 'decide' in gateOrOptions ? gateOrOptions : looseGate(gateOrOptions)
  const reached: Message[] = []
  const sent: Message[] = []
  const troubles: string[] = []
  let top: Wire | undefined
  const server = gateMcpServer(
    {
      async connect(wire: Wire) {
        top = wire
        Object.assign(wire, { onmessage: (message: Message) => reached.push(message) })
      },
    },
    gate,
    options,
  )
  const bottom: Wire = {
    send: async (message) => void sent.push(message as Message),
    onerror: (error) => troubles.push(error.message),
  }
  return {
    gate,
    reached,
    sent,
    troubles,
    bottom,
    open: async () => await server.connect(bottom),
    /** A message from the client. */
    receive: (message: unknown, extra?: unknown) => bottom.onmessage?.(message, extra),
    /** A message from the server. */
    reply: async (message: object) => await top?.send({ jsonrpc: '2.0', ...message }),
    close: () => bottom.onclose?.(),
  }
}

/** A loose server with its wire connected. */
export async function openedServer(...options: Parameters<typeof looseServer>) {
  const server = looseServer(...options)
  await server.open()
  return server
}

function looseGate(options: GateOptions): Gate {
  return createGate({
    secret: 'a secret of the tests, long enough to be one',
    log: () => undefined,
    rails: [voucherRail],
    ...options,
  })
}

/** A call of a tool. */
export function toolCall(id: unknown, name: string, given: object = {}, meta?: object): object {
  const params = { name, arguments: given, ...(meta === undefined ? {} : { _meta: meta }) }
  return { jsonrpc: '2.0', ...(id === undefined ? {} : { id }), method: 'tools/call', params }
}

/** The `_meta` of a call that shows a voucher. */
export const showing = (text: string): object => ({ [CREDENTIAL_META]: `L402 ${text}` })
