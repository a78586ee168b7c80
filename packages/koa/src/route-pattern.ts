import type { Context } from 'koa'

/**
 * The full pattern of the route that is running, with the prefixes of all routers around it: `/tenants/:id/items`.
 *
 * Undefined where there is no such text: without a router, in a router's own `use`, for regular expressions, and below
 * koa-mount, which rewrites the path and does not say how.
 */
export function routePattern(ctx: Context): string | undefined {
  const pattern: unknown = ctx['_matchedRoute']
  if (typeof pattern !== 'string' || !isPathOf(ctx.originalUrl, ctx.path)) return undefined
  const layers: unknown = ctx['matched']
  const isRoute =
    Array.isArray(layers) && layers.some((layer) => isRouteLayer(layer) && layer.path === pattern)
  return isRoute ? pattern : undefined
}

/** What we read of a layer of @koa/router; those of `use` answer to no method. */
interface Layer {
  readonly path: unknown
  readonly methods: readonly unknown[]
}

function isRouteLayer(layer: unknown): layer is Layer {
  return (
    typeof layer === 'object' &&
    layer !== null &&
    'path' in layer &&
    'methods' in layer &&
    Array.isArray(layer.methods) &&
    layer.methods.length > 0
  )
}

function isPathOf(target: string, path: string): boolean {
  return target.startsWith(path) && (target.length === path.length || target[path.length] === '?')
}
