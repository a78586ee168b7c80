import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import { randomUUID } from 'node:crypto'
import type { Relay } from './relay.ts'

/** What sessions are opened with. */
export interface SessionSettings {
  /** A gated way to the server, for one session. */
  open(): Relay
  readonly maxSessions: number
  /** A session without any message for that long, and without a call under way, ends. */
  readonly idleMs: number
}

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport
  readonly relay: Relay
  usedAt: number
}

/** Beyond it, a session without calls may make room for a new one. */
const SPARE_MS = 60_000
const SWEEP_MS = 10_000

/** The sessions of clients of the 2025 era: each has a server of its own. */
export class SessionBook {
  readonly #settings: SessionSettings
  readonly #sessions = new Map<string, Session>()
  readonly #sweeping: ReturnType<typeof setInterval>

  constructor(settings: SessionSettings) {
    this.#settings = settings
    const every = Math.min(SWEEP_MS, settings.idleMs)
    this.#sweeping = setInterval(() => this.#endIdle(settings.idleMs), every)
    this.#sweeping.unref()
  }

  /** How many sessions there are. */
  get size(): number {
    return this.#sessions.size
  }

  /** A request of a session. @returns undefined where there is no such session */
  async continue(id: string, request: Request, parsedBody: unknown): Promise<Response | undefined> {
    const session = this.#sessions.get(id)
    if (session === undefined) return undefined
    session.usedAt = performance.now()
    return await session.transport.handleRequest(request, { parsedBody })
  }

  /** A request that opens a session. @returns undefined where there is no room for one more */
  async open(request: Request, parsedBody: unknown): Promise<Response | undefined> {
    if (this.#sessions.size >= this.#settings.maxSessions) this.#endIdle(SPARE_MS)
    if (this.#sessions.size >= this.#settings.maxSessions) return undefined
    const id = randomUUID()
    const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => id })
    const relay = this.#settings.open()
    // Before anything is awaited: the bound holds for those that come at once, too.
    this.#sessions.set(id, { transport, relay, usedAt: performance.now() })
    void relay.closed.then(() => this.#sessions.delete(id))
    try {
      await relay.connect(transport)
      const response = await transport.handleRequest(request, { parsedBody })
      if (!response.ok) await relay.close()
      return response
    } catch (error) {
      await relay.close()
      throw error
    }
  }

  /** Ends all sessions, and with them their servers. */
  async close(): Promise<void> {
    clearInterval(this.#sweeping)
    await Promise.all([...this.#sessions.values()].map(async ({ relay }) => await relay.close()))
  }

  #endIdle(idleMs: number): void {
    const longAgo = performance.now() - idleMs
    for (const { relay, usedAt } of this.#sessions.values()) {
      if (relay.open === 0 && usedAt <= longAgo) void relay.close()
    }
  }
}
