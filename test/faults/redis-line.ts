import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A line to a server on loopback, and what may happen to lines. */
export interface RedisLine {
  readonly host: string
  readonly port: number
  readonly url: string
  /** Connections that were ever made. */
  readonly made: () => number
  /** Ends all connections. */
  cut(): void
  /** Keeps back what the server says, until it is let go. */
  hold(): void
  letGo(): void
  /** The host behind the connections there are is gone without a word: they stay open, and nothing comes through. */
  abandon(): void
  readonly close: () => void
}

interface Pair {
  readonly socket: Socket
  readonly upstream: Socket
  isAbandoned: boolean
}

/** @param port - of the server. */
export async function startRedisLine(port: number): Promise<RedisLine> {
  const pairs = new Set<Pair>()
  let held: (() => void)[] | undefined
  let made = 0
  const proxy = createServer((socket) => {
    made += 1
    const pair = { socket, upstream: connect(port, '127.0.0.1'), isAbandoned: false }
    pairs.add(pair)
    join(pair)
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')

  function join(pair: Pair): void {
    const { socket, upstream } = pair
    const drop = () => {
      // Who is gone does not say so.
      if (!pair.isAbandoned) socket.destroy()
      upstream.destroy()
    }
    socket.on('error', drop).on('data', (data) => {
      if (!pair.isAbandoned) upstream.write(data)
    })
    socket.on('close', () => {
      upstream.destroy()
      pairs.delete(pair)
    })
    upstream.on('close', drop).on('error', drop)
    upstream.on('data', (data) => {
      const pass = () => void (pair.isAbandoned || socket.write(data))
      if (held === undefined) pass()
      else held.push(pass)
    })
  }

  function cut(): void {
    for (const { socket, upstream } of pairs) {
      socket.destroy()
      upstream.destroy()
    }
  }

  const address = proxy.address()
  const own = typeof address === 'object' ? (address?.port ?? 0) : 0
  return {
    host: '127.0.0.1',
    port: own,
    url: `redis://127.0.0.1:${own}`,
    made: () => made,
    cut,
    hold: () => (held = []),
    letGo() {
      const passes = held ?? []
      held = undefined
      for (const pass of passes) pass()
    },
    abandon() {
      for (const pair of pairs) pair.isAbandoned = true
    },
    close() {
      cut()
      proxy.close()
    },
  }
}
