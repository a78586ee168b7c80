import { type Gate, isPromise, type Policy, type PolicyOptions, TurnpikeError } from '@turnpike/core'
import { createHash } from 'node:crypto'
import type { CallKind, McpCall } from './call.ts'
import { isObject } from './json-rpc.ts'
import { type CompilePolicy, policyCompiler } from './policy-cache.ts'

/** What a call demands: always the same, or by its arguments. Undefined from a function: this call is not gated. */
export type McpPolicy = PolicyOptions | ((call: McpCall) => PolicyOptions | undefined)

/**
 * Policies by name. A name is taken before a pattern, a longer pattern before a shorter one: `deep_search`, `deep_*`,
 * `*`. What no key covers is not gated. Names covered by one key share its windows.
 */
export type McpPolicies = Readonly<Record<string, McpPolicy>>

/** All policies of a server. */
export interface PolicySet {
  readonly tools?: McpPolicies
  /** By URI. */
  readonly resources?: McpPolicies
  readonly prompts?: McpPolicies
}

/** Policies by name, checked. */
export interface PolicyTable {
  /** Has this kind any policies at all? */
  covers(kind: CallKind): boolean
  /** @throws whatever the operator's function throws, and what `gate.policy` throws for what it returned */
  policyFor(call: McpCall): Policy | undefined
  /** The keys that are whole names. */
  namesOf(kind: CallKind): readonly string[]
  /** What the operator wrote for a name; undefined where nothing covers it. */
  writtenFor(kind: CallKind, name: string): McpPolicy | undefined
}

/** @throws TurnpikeError `option_invalid`, and as `gate.policy` does */
export function createPolicyTable(gate: Gate, set: PolicySet): PolicyTable {
  const compile = policyCompiler(gate)
  const kinds: Readonly<Record<CallKind, KindPolicies>> = {
    tool: readPolicies('tool', set.tools),
    resource: readPolicies('resource', set.resources),
    prompt: readPolicies('prompt', set.prompts),
  }
  // At boot, so that a mistake stops the server and not its callers.
  const fixed = compileFixed(compile, Object.values(kinds))
  return {
    covers: (kind) => kinds[kind].entries.length > 0,
    policyFor(call) {
      const entry = kinds[call.kind].find(call.name)
      if (entry === undefined) return undefined
      const { written, key, kind } = entry
      if (typeof written !== 'function') return fixed.get(entry)
      try {
        const options = askedOf(written, call)
        return options === undefined ? undefined : named(compile, kind, key, options)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        gate.warn('policy_failed', `calls of ${kind} '${key}' are refused: its policy function: ${reason}`)
        throw error
      }
    },
    namesOf: (kind) => kinds[kind].names,
    writtenFor: (kind, name) => kinds[kind].find(name)?.written,
  }
}

interface PolicyEntry {
  readonly kind: CallKind
  readonly key: string
  readonly written: McpPolicy
}

interface KindPolicies {
  readonly entries: readonly PolicyEntry[]
  /** Keys that are no patterns. */
  readonly names: readonly string[]
  find(name: string): PolicyEntry | undefined
}

/** Policies that do not depend on the call. */
function compileFixed(
  compile: CompilePolicy,
  kinds: readonly KindPolicies[],
): ReadonlyMap<PolicyEntry, Policy> {
  const fixed = new Map<PolicyEntry, Policy>()
  for (const entry of kinds.flatMap(({ entries }) => entries)) {
    const { written, kind, key } = entry
    if (typeof written !== 'function') fixed.set(entry, named(compile, kind, key, written))
  }
  return fixed
}

function readPolicies(kind: CallKind, policies: McpPolicies = {}): KindPolicies {
  const entries = Object.entries(policies).map(([key, written]) => ({ kind, key, written }))
  for (const entry of entries) checkEntry(entry)
  const exact = new Map(entries.map((entry) => [entry.key, entry]))
  const patterns = entries
    .filter(({ key }) => key.endsWith('*'))
    .toSorted((a, b) => b.key.length - a.key.length)
  return {
    entries,
    names: entries.map(({ key }) => key).filter((key) => !key.endsWith('*')),
    find: (name) => exact.get(name) ?? patterns.find(({ key }) => name.startsWith(key.slice(0, -1))),
  }
}

function checkEntry({ kind, key, written }: PolicyEntry): void {
  const star = key.indexOf('*')
  if (key === '' || (star !== -1 && star !== key.length - 1)) {
    throw new TurnpikeError(
      'option_invalid',
      `gateMcpServer() ${kind} '${key}': take a name, a beginning that ends in '*', or '*'`,
    )
  }
  if (typeof written !== 'function' && (typeof written !== 'object' || written === null)) {
    throw new TurnpikeError(
      'option_invalid',
      `gateMcpServer() ${kind} '${key}': take a policy, or a function of the call that returns one`,
    )
  }
}

/** What is no object, or comes later, would be a policy without any demand. */
function askedOf(
  ask: (call: McpCall) => PolicyOptions | undefined,
  call: McpCall,
): PolicyOptions | undefined {
  const options: unknown = ask(call)
  if (options === undefined) return undefined
  if (isObject(options) && !isPromise(options)) return options
  if (isPromise(options)) options.then(undefined, () => undefined)
  throw new TurnpikeError('option_invalid', 'a policy function answers at once, with a policy or undefined')
}

/**
 * A policy without a name is called by its key: servers are made anew per session or request, and their windows must
 * not be (R6).
 */
function named(compile: CompilePolicy, kind: CallKind, key: string, options: PolicyOptions): Policy {
  return compile({ ...options, name: options.name ?? nameOf(kind, key) })
}

const PLAIN_NAME = /^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/

function nameOf(kind: CallKind, key: string): string {
  const name = `${kind} ${key}`
  if (PLAIN_NAME.test(name)) return name
  return `${kind} #${createHash('sha256').update(key).digest('base64url')}`
}
