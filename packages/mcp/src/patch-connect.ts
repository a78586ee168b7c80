import { interpose, type Intercept, isTransport } from './transport.ts'

/** A server or client of either SDK: all that is needed of it. */
export interface Connectable {
  connect(transport: never, ...more: never[]): Promise<unknown>
}

/** Has it a `connect` of its own? */
export function isConnectable(value: unknown): value is Connectable {
  return (
    typeof value === 'object' && value !== null && 'connect' in value && typeof value.connect === 'function'
  )
}

/**
 * Where the transport is really connected: `McpServer` hands it on to the `server` within, and either may be connected.
 */
export function innermost(connectable: Connectable): Connectable {
  const inner: unknown = 'server' in connectable ? connectable.server : undefined
  return isConnectable(inner) ? inner : connectable
}

/** Has a transport been connected already? */
export function isConnected(connectable: Connectable): boolean {
  return 'transport' in connectable && connectable.transport !== undefined
}

/** Puts an interceptor into every transport that is connected from now on; `prepare` sees the transport before. */
export function patchConnect(
  connectable: Connectable,
  intercept: Intercept,
  prepare: (transport: object) => void = () => undefined,
): void {
  const original: unknown = Reflect.get(connectable, 'connect')
  Reflect.set(connectable, 'connect', async (transport: unknown, ...more: readonly unknown[]) => {
    if (!isTransport(transport)) throw new TypeError('connect() takes a transport of the MCP SDK')
    prepare(transport)
    if (typeof original !== 'function') return
    await Reflect.apply(original, connectable, [interpose(transport, intercept), ...more])
  })
}
