import type { JsonObject } from './json-rpc.ts'

/** What we use of a transport, of whichever SDK and release. */
export interface Transport {
  onmessage?: ((message: unknown, extra?: unknown) => void) | undefined
  onclose?: (() => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  send(message: unknown, options?: unknown): Promise<void>
}

/** The two ends that somebody in between talks to. */
export interface Ends {
  /** Hands a message to the protocol above. */
  deliver(message: unknown, extra?: unknown): void
  /** Hands a message to the transport below. */
  send(message: unknown, options?: unknown): Promise<void>
  /** Tells the protocol above of a trouble that has no better place. */
  report(error: unknown): void
}

/** Somebody in between. */
export interface Interceptor {
  /** A message came up. */
  receive(message: unknown, extra?: unknown): void
  /** A message goes down. */
  send(message: unknown, options?: unknown): Promise<void>
  /** The transport closed; the protocol hears of it afterwards. */
  closed(): void
}

/** Makes somebody for in between; `transport` is the one below. */
export type Intercept = (ends: Ends, transport: object) => Interceptor

/** Is it a transport? */
export function isTransport(value: unknown): value is Transport & JsonObject {
  return typeof value === 'object' && value !== null && 'send' in value && typeof value.send === 'function'
}

/**
 * Puts an interceptor between a transport and the protocol above it. What comes back stands for the transport: all that
 * is not a message passes through, private parts and `instanceof` included.
 */
export function interpose<T extends Transport>(inner: T, intercept: Intercept): T {
  const above: Record<Callback, unknown> = { onmessage: inner.onmessage, onclose: inner.onclose }
  const ends: Ends = {
    deliver: (message, extra) => call(above.onmessage, message, extra),
    send: (message, options) => inner.send(message, options),
    report: (error) => inner.onerror?.(error instanceof Error ? error : new Error(String(error))),
  }
  const interceptor = intercept(ends, inner)
  const below: Required<Pick<Transport, Callback>> = {
    onmessage: (message, extra) => interceptor.receive(message, extra),
    onclose() {
      interceptor.closed()
      call(above.onclose)
    },
  }
  Object.assign(inner, below)
  const send = (message: unknown, options?: unknown): Promise<void> => interceptor.send(message, options)
  return new Proxy(inner, {
    get(target, name) {
      if (name === 'send') return send
      if (isCallback(name)) return above[name]
      const value: unknown = Reflect.get(target, name)
      // A constructor is wanted for itself: SDK 2.x makes a second transport of the same sort by it.
      return typeof value === 'function' && name !== 'constructor' ? bound(value, target) : value
    },
    set(target, name, value) {
      if (!isCallback(name)) return Reflect.set(target, name, value)
      above[name] = value
      return true
    },
  })
}

type Callback = 'onmessage' | 'onclose'

function isCallback(name: string | symbol): name is Callback {
  return name === 'onmessage' || name === 'onclose'
}

function call(callback: unknown, ...values: readonly unknown[]): void {
  if (typeof callback === 'function') Reflect.apply(callback, undefined, values)
}

/** A method that sees the transport itself, whose private fields a proxy has not. */
function bound(method: object, target: object): unknown {
  return (...values: readonly unknown[]): unknown =>
    typeof method === 'function' ? Reflect.apply(method, target, values) : undefined
}
