import type { GateEvent, GateListener } from './events.ts'
import { isPromise } from './when-known.ts'

/** Tells whoever listens; never throws. */
export type Emit = (event: GateEvent) => void

/** @returns a function that takes the listener off again. */
export type Subscribe = <E extends GateEvent['type']>(type: E, listener: GateListener<E>) => () => void

export interface Emitter {
  /** Costs one look where nobody listens. */
  readonly emit: Emit
  readonly on: Subscribe
  /** Does anybody listen? For what would have to be measured first. */
  readonly isHeard: (type: GateEvent['type']) => boolean
}

type Listener = (event: GateEvent) => unknown

/** Listeners by event type. One that throws is reported by `onFault`, and does not disturb the request. */
export function createEmitter(onFault: (error: unknown) => void): Emitter {
  const listeners = new Map<GateEvent['type'], readonly Listener[]>()
  return {
    emit(event) {
      const ofType = listeners.get(event.type)
      if (ofType === undefined) return
      for (const listener of ofType) {
        try {
          const answer: unknown = listener(event)
          if (isPromise(answer)) answer.then(undefined, onFault)
        } catch (error) {
          onFault(error)
        }
      }
    },
    on(type, listener) {
      const guarded: Listener = (event) => (isOf(event, type) ? listener(event) : undefined)
      // A new list each time: one that is being told would go on with whoever is put on meanwhile, perhaps for ever.
      listeners.set(type, [...(listeners.get(type) ?? []), guarded])
      return () => {
        const others = (listeners.get(type) ?? []).filter((other) => other !== guarded)
        if (others.length === 0) listeners.delete(type)
        else listeners.set(type, others)
      }
    },
    isHeard: (type) => listeners.has(type),
  }
}

function isOf<E extends GateEvent['type']>(
  event: GateEvent,
  type: E,
): event is Extract<GateEvent, { type: E }> {
  return event.type === type
}
