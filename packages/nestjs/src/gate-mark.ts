import type { PolicyOptions } from '@turnpike/core'
import type { ExecutionContext } from '@nestjs/common'

/** Makes the whole policy of a request; called once per request that reaches the handler's guard. */
export type PolicyCallback = (context: ExecutionContext) => PolicyOptions | Promise<PolicyOptions>

/** Parts of a policy; `false` takes away what a farther level gives. */
export type PolicyParts = {
  readonly [K in keyof PolicyOptions]: PolicyOptions[K] | (K extends 'free' | 'ceiling' ? false : never)
}

/** What one decorator says of its target. */
export interface GateMark {
  /** As the reader sees it: `@RequirePoW`. */
  readonly decorator: string
  readonly parts?: PolicyParts
  readonly callback?: PolicyCallback
  readonly skipGate?: boolean
}

/** What all decorators of one target say. */
export type Level = readonly GateMark[]

/** By name, so that two copies of this package in one application see each other's marks. */
const MARKS = Symbol.for('turnpike:marks')

/** A controller, gateway or resolver. */
export interface Host {
  readonly name: string
  readonly prototype: object
}
/** A method of a host. */
export interface Handler {
  readonly name: string
}

/**
 * Notes a mark on a class, or on a method: there both on the function, which Nest hands to guards, and by its name on the
 * class, where it stays when another decorator puts a function of its own in place.
 */
export function addMark(mark: GateMark, target: object, key?: string | symbol, method?: object): void {
  if (key === undefined || method === undefined) {
    Reflect.defineMetadata(MARKS, [mark, ...ownMarks(target)], target)
    return
  }
  Reflect.defineMetadata(MARKS, [mark, ...ownMarks(method)], method)
  Reflect.defineMetadata(MARKS, [mark, ...ownMarks(method)], target, key)
}

/** What is said of a handler, nearest level first: the method, its class, the classes that extends. */
export function levelsOf(host: Host, handler: Handler): readonly Level[] {
  const levels = [ownMarks(handler)]
  for (let level: object | null = host; level !== null; level = Reflect.getPrototypeOf(level)) {
    levels.push(ownMarks(level))
  }
  return levels.filter((level) => level.length > 0)
}

/**
 * Was a method marked whose function, as it is now, bears no mark? An override in a subclass that Nest never calls by
 * itself is none of ours.
 */
export function hasLostMarks(host: Host, key: string, handler: Handler): boolean {
  if (!Reflect.hasMetadata(MARKS, host.prototype, key) || ownMarks(handler).length > 0) return false
  return (
    Reflect.getMetadataKeys(handler).length > 0 ||
    Reflect.hasOwnMetadata(MARKS, ownerOf(host.prototype, key), key)
  )
}

/** The prototype that a method really stands on. */
function ownerOf(prototype: object, key: string): object {
  const parent = Reflect.getPrototypeOf(prototype)
  return Object.hasOwn(prototype, key) || parent === null ? prototype : ownerOf(parent, key)
}

function ownMarks(target: object): Level {
  const marks: unknown = Reflect.getOwnMetadata(MARKS, target)
  return isLevel(marks) ? marks : []
}

function isLevel(marks: unknown): marks is Level {
  return Array.isArray(marks)
}
