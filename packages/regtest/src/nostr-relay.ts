import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'

/** A relay of Nostr (NIP-01) on loopback: events go to those who asked for them. It checks no signatures: clients do. */
export interface NostrRelay {
  /** `ws://127.0.0.1:<port>` */
  readonly url: string
  close(): Promise<void>
}

interface NostrEvent {
  readonly id: string
  readonly pubkey: string
  readonly kind: number
  readonly created_at: number
  readonly tags: readonly (readonly string[])[]
}

/** `#p` and its like are members of a filter, too: values of tags by their letter. */
type Filter = Readonly<Record<string, unknown>>

/** Starts a relay on a random port. */
export async function startNostrRelay(): Promise<NostrRelay> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', reject)
  })
  const subscriptions = new Map<WebSocket, Map<string, readonly Filter[]>>()
  let stored: readonly NostrEvent[] = []

  function publish(from: WebSocket, event: NostrEvent): void {
    if (isReplaceable(event))
      stored = stored.filter(({ kind, pubkey }) => kind !== event.kind || pubkey !== event.pubkey)
    if (!isEphemeral(event)) stored = [...stored, event]
    say(from, ['OK', event.id, true, ''])
    for (const [socket, filters] of subscriptions) {
      for (const [id, wanted] of filters) if (isWanted(event, wanted)) say(socket, ['EVENT', id, event])
    }
  }

  function subscribe(socket: WebSocket, id: string, filters: readonly Filter[]): void {
    subscriptions.get(socket)?.set(id, filters)
    for (const event of stored) if (isWanted(event, filters)) say(socket, ['EVENT', id, event])
    say(socket, ['EOSE', id])
  }

  function receive(socket: WebSocket, message: readonly unknown[]): void {
    const [type, subject, ...rest] = message
    if (type === 'EVENT' && isEvent(subject)) publish(socket, subject)
    else if (type === 'REQ' && typeof subject === 'string') subscribe(socket, subject, rest.filter(isObject))
    else if (type === 'CLOSE' && typeof subject === 'string') subscriptions.get(socket)?.delete(subject)
    else say(socket, ['NOTICE', 'not understood'])
  }

  server.on('connection', (socket) => {
    subscriptions.set(socket, new Map())
    socket.on('close', () => subscriptions.delete(socket))
    socket.on('message', (data: Buffer) => receive(socket, parseMessage(data.toString())))
  })
  const address = server.address()
  return {
    url: `ws://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    async close() {
      for (const socket of server.clients) socket.terminate()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function say(socket: WebSocket, message: readonly unknown[]): void {
  socket.send(JSON.stringify(message))
}

function parseMessage(text: string): readonly unknown[] {
  try {
    const message: unknown = JSON.parse(text)
    return Array.isArray(message) ? message : []
  } catch {
    return []
  }
}

/** Passed on, never stored; requests and replies of NIP-47 are. */
function isEphemeral({ kind }: NostrEvent): boolean {
  return kind >= 20_000 && kind < 30_000
}

/** The newest of each author counts; what a wallet service says of itself is. */
function isReplaceable({ kind }: NostrEvent): boolean {
  return kind >= 10_000 && kind < 20_000
}

function isWanted(event: NostrEvent, filters: readonly Filter[]): boolean {
  return filters.some((filter) => Object.entries(filter).every(([name, wanted]) => fits(event, name, wanted)))
}

function fits(event: NostrEvent, name: string, wanted: unknown): boolean {
  const has = (value: unknown): boolean => Array.isArray(wanted) && wanted.includes(value)
  switch (name) {
    case 'ids':
      return has(event.id)
    case 'kinds':
      return has(event.kind)
    case 'authors':
      return has(event.pubkey)
    case 'since':
      return event.created_at >= Number(wanted)
    case 'until':
      return event.created_at <= Number(wanted)
    default:
      return (
        !name.startsWith('#') || event.tags.some(([letter, value]) => `#${letter}` === name && has(value))
      )
  }
}

function isEvent(value: unknown): value is NostrEvent {
  return isObject(value) && typeof value['id'] === 'string' && Array.isArray(value['tags'])
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
