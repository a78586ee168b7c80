/** What we use of a socket. */
export interface NodeSocket {
  readonly remoteAddress?: string | undefined
  readonly destroyed?: boolean
  once?(event: 'close', listener: () => void): unknown
}

const waiting = new WeakMap<NodeSocket, Set<() => void>>()

/**
 * Calls back when the socket closes. One listener per socket however many wait for it: a client may queue any number of
 * requests on one connection, and Node warns of a leak from eleven listeners on.
 *
 * @returns a function that stops waiting
 */
export function onSocketClose(socket: NodeSocket, callback: () => void): () => void {
  const callbacks = waiting.get(socket) ?? listenTo(socket)
  callbacks.add(callback)
  return () => void callbacks.delete(callback)
}

function listenTo(socket: NodeSocket): Set<() => void> {
  const callbacks = new Set<() => void>()
  waiting.set(socket, callbacks)
  socket.once?.('close', () => {
    for (const callback of callbacks) callback()
  })
  return callbacks
}
