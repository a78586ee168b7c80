import type { GateEvent, GateListener } from './events.ts'
import { isPromise } from './when-known.ts'

export type Emit = (event: GateEvent) => void

/** @returns a function that takes the listener off again. */
export type Subscribe = <E extends GateEvent['type']>(type: E, listener: GateListener<E>) => () => void

export interface Emitter {
  readonly emit: Emit
  readonly on: Subscribe
}

/** Listeners by event type. One that throws is reported by `onFault`, and does not disturb the request. */
export function createEmitter(onFault: (error: unknown) => void): Emitter {
  const listeners = new Map<GateEvent['type'], Set<(event: GateEvent) => unknown>>()
  return {
    emit(event) {
      for (const listener of listeners.get(event.type) ?? []) {
        try {
          const answer: unknown = listener(event)
          if (isPromise(answer)) answer.then(undefined, onFault)
        } catch (error) {
          onFault(error)
        }
      }
    },
    on(type, listener) {
      const guarded = (event: GateEvent): unknown => (isOf(event, type) ? listener(event) : undefined)
      const ofType = listeners.get(type) ?? new Set()
      listeners.set(type, ofType.add(guarded))
      return () => void ofType.delete(guarded)
    },
  }
}

function isOf<E extends GateEvent['type']>(
  event: GateEvent,
  type: E,
): event is Extract<GateEvent, { type: E }> {
  return event.type === type
}
