import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client'

/** What a transport tells whoever uses it. */
export interface TransportCallbacks {
  onmessage(message: JSONRPCMessage): void
  onerror(error: Error): void
  onclose(): void
}

/** Takes a transport over: it has one listener of each sort (MCP SDK, `Transport`). */
export function listenTo(transport: Transport, callbacks: TransportCallbacks): void {
  Object.assign(transport, callbacks)
}
