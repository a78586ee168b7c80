import { MetadataScanner, type ModulesContainer } from '@nestjs/core'
import { levelsOf, type Handler, type Host } from './gate-mark.ts'

/** A method of a controller, gateway or resolver that Nest calls for requests. */
export interface HandlerEntry {
  readonly host: Host
  readonly key: string
  readonly handler: Handler
  /** `CatsController.find`. */
  readonly where: string
  /** Does a decorator of ours stand on it, or on its class? */
  readonly isMarked: boolean
}

/** All handlers of the application: those of controllers, and those of other providers that bear a mark. */
export function handlersOf(modules: ModulesContainer): readonly HandlerEntry[] {
  return methodsOf(modules).filter(({ handler }) => Reflect.getMetadataKeys(handler).length > 0)
}

/** All methods of controllers, handlers or not, and those of other providers that bear a mark. */
export function methodsOf(modules: ModulesContainer): readonly HandlerEntry[] {
  const scanner = new MetadataScanner()
  const all = [...modules.values()]
  const controllers = all.flatMap((module) => Array.from(module.controllers.values()))
  const providers = all.flatMap((module) => Array.from(module.providers.values()))
  return [
    ...controllers.flatMap(({ metatype }) => entriesOf(metatype, scanner)),
    ...providers.flatMap(({ metatype }) => entriesOf(metatype, scanner)).filter(({ isMarked }) => isMarked),
  ]
}

function entriesOf(host: unknown, scanner: MetadataScanner): readonly HandlerEntry[] {
  if (!isHost(host)) return []
  return scanner.getAllMethodNames(host.prototype).flatMap((key) => {
    const handler: unknown = Reflect.get(host.prototype, key)
    if (!isHandler(handler)) return []
    const isMarked = levelsOf(host, handler).length > 0
    return [{ host, key, handler, where: `${host.name}.${key}`, isMarked }]
  })
}

function isHost(metatype: unknown): metatype is Host {
  return (
    typeof metatype === 'function' && typeof metatype.prototype === 'object' && metatype.prototype !== null
  )
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function'
}
