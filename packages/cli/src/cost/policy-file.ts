import type { Leaf, PolicyOptions, Requirement } from '@turnpike/core'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UsageError } from '../exit-code.ts'
import { messageOf } from '../failure.ts'

/**
 * Reads a policy as `protect()` takes it, or its requirement alone, from a JSON file or from a module's default export.
 *
 * @example export default { free: '60/1m', require: anyOf(pow(4), sats(10)) }
 * @example { "require": { "rail": "pow", "terms": { "difficulty": 4, "quota": "60/1m" } } }
 * @throws UsageError for a file that has none, Error for one that cannot be read
 */
export async function readPolicyFile(path: string): Promise<PolicyOptions> {
  if (!existsSync(path)) throw new Error(`There is no file ${path}.`)
  const found = path.endsWith('.json') ? await readJson(path) : await readModule(path)
  if (isRequirement(found)) return { require: found }
  if (isPolicy(found)) return found
  throw new UsageError(
    `${path} has no policy. Export one as default: { free: '60/1m', require: anyOf(pow(4), sats(10)) }.`,
  )
}

/** The requirements of a policy. */
export function leavesOf({ require }: PolicyOptions): readonly Leaf[] {
  if (require === undefined) return []
  const ways = 'anyOf' in require ? require.anyOf : [require]
  return ways.flatMap((way) => ('allOf' in way ? way.allOf : [way]))
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${path} is no JSON: ${messageOf(error)}`)
  }
}

async function readModule(path: string): Promise<unknown> {
  const module: unknown = await import(pathToFileURL(resolve(path)).href)
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined
}

function isPolicy(value: unknown): value is PolicyOptions {
  return typeof value === 'object' && value !== null && 'require' in value && isRequirement(value.require)
}

function isRequirement(value: unknown): value is Requirement {
  if (typeof value !== 'object' || value === null) return false
  if ('allOf' in value) return Array.isArray(value.allOf) && value.allOf.every(isRequirement)
  if ('anyOf' in value) return Array.isArray(value.anyOf) && value.anyOf.every(isRequirement)
  return 'rail' in value && typeof value.rail === 'string' && 'terms' in value
}
