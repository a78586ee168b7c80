import type { JSONRPCMessage, Transport, TransportSendOptions } from '@modelcontextprotocol/client'

interface Sent {
  readonly message: JSONRPCMessage
  readonly options: TransportSendOptions | undefined
}

/** A transport that keeps what it is given, and brings what the test says. */
export class FakeTransport implements Transport {
  onmessage?: Transport['onmessage']
  onclose?: Transport['onclose']
  onerror?: Transport['onerror']
  readonly sent: Sent[] = []
  readonly versions: string[] = []
  isClosed = false
  readonly hasPerRequestStream: boolean
  readonly sessionId?: string
  /** Stands in for the way to the other side. */
  onSend: (sent: Sent) => Promise<void> | void = () => undefined

  constructor(hasPerRequestStream = false) {
    this.hasPerRequestStream = hasPerRequestStream
  }

  async start(): Promise<void> {
    await Promise.resolve()
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    this.sent.push({ message, options })
    await this.onSend({ message, options })
  }

  async close(): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    this.onclose?.()
    await Promise.resolve()
  }

  setProtocolVersion(version: string): void {
    this.versions.push(version)
  }

  bring(message: object): void {
    this.onmessage?.({ jsonrpc: '2.0', ...message } as JSONRPCMessage)
  }
}
