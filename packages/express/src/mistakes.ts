import type { Gate } from '@turnpike/core'
import type { Request, RequestHandler } from 'express'

/** Names mistakes of the application around a handler; to be called once per application. */
export function warnOfMistakes(gate: Gate, handler: RequestHandler, request: Request): void {
  const { app } = request
  if (app.get('trust proxy') === true) {
    gate.warn(
      'trust_proxy_spoofable',
      "app.set('trust proxy', true) lets every client choose its own address. Set the number of proxies in front of " +
        "the application instead: app.set('trust proxy', 1), or their subnets: app.set('trust proxy', 'loopback, 10.0.0.0/8')",
    )
  }
  const open = routeBefore(handler, request)
  if (open !== undefined) {
    gate.warn(
      'gate_after_route',
      `The route ${open} stands before app.use(protect(...)) and is not gated. Move the gate above it, or give such ` +
        'routes a gate of their own',
    )
  }
}

/** A route that our layer of the application's stack would have covered, had it stood before it. */
function routeBefore(handler: RequestHandler, request: Request): string | undefined {
  const stack = layersOf(request.app)
  const own = stack.findIndex((layer) => layer.handle === handler)
  if (own === -1) return undefined
  const mount = mountOf(request)
  return stack
    .slice(0, own)
    .map((layer) => layer.route?.path)
    .find((path) => typeof path === 'string' && (path === mount || path.startsWith(`${mount}/`)))
}

/** Where our layer is mounted in its application: all of `baseUrl` but the application's own mount. */
function mountOf(request: Request): string {
  const ofApplication = request.app.path()
  return request.baseUrl.startsWith(ofApplication)
    ? request.baseUrl.slice(ofApplication.length)
    : request.baseUrl
}

/** What we read of a layer of Express's router. */
interface Layer {
  readonly handle?: unknown
  readonly route?: { readonly path?: string | undefined } | undefined
}

/** Express 4 calls it `_router`, and throws on reading `router`, which is Express 5's name for it. */
const ROUTER_NAMES = ['_router', 'router']

function layersOf(app: object): readonly Layer[] {
  const name = ROUTER_NAMES.find((candidate) => candidate in app)
  const router: unknown = name === undefined ? undefined : Reflect.get(app, name)
  return hasStack(router) ? router.stack : []
}

function hasStack(router: unknown): router is { readonly stack: readonly Layer[] } {
  return (
    (typeof router === 'object' || typeof router === 'function') &&
    router !== null &&
    'stack' in router &&
    Array.isArray(router.stack)
  )
}
