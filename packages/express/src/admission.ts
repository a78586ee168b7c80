import type { Admission } from '@turnpike/core'
import { admission } from '@turnpike/node'
import type { Request } from 'express'

declare global {
  namespace Express {
    interface Request {
      /** How the gate admitted this request; undefined when no policy admitted it. */
      readonly turnpike?: Admission | undefined
    }
  }
}

/**
 * Gives all requests of an application, and of those around it and in it, the property `turnpike`, by the prototype that
 * Express has for such. Express makes each request a shape of its own, so that a property set on each costs microseconds.
 */
export function showAdmissions(request: Request): void {
  if ('turnpike' in request) return
  Object.defineProperty(outermostPrototype(request), 'turnpike', {
    configurable: true,
    get(this: Request) {
      return admission(this)
    },
  })
}

/** The prototype of the outermost application's requests: of those along the chain that know an application, the last. */
function outermostPrototype(request: object): object {
  let outermost = request
  for (let next = prototypeOf(request); next !== null; next = prototypeOf(next)) {
    if (Object.hasOwn(next, 'app')) outermost = next
  }
  return outermost
}

function prototypeOf(value: object): object | null {
  const prototype: unknown = Object.getPrototypeOf(value)
  return typeof prototype === 'object' ? prototype : null
}
