import type { Gate } from '@turnpike/core'
import { isObject } from './json-rpc.ts'
import type { PolicyTable } from './policy-table.ts'

/**
 * Names the keys that no tool of a whole list has: a misspelt key leaves its tool open, and nobody would notice.
 *
 * @param result - of a `tools/list` that asked for the beginning; one that goes on elsewhere proves nothing
 */
export function warnOfUnlisted(gate: Gate, table: PolicyTable, result: unknown): void {
  if (!isObject(result) || !Array.isArray(result['tools']) || result['nextCursor'] !== undefined) return
  const listed = new Set(result['tools'].map((tool: unknown) => (isObject(tool) ? tool['name'] : undefined)))
  const unlisted = table.namesOf('tool').filter((name) => !listed.has(name))
  if (unlisted.length === 0) return
  const names = unlisted.map((name) => `'${name}'`).join(', ')
  gate.warn(
    'tool_unknown',
    `no tool is called ${names}: if that is misspelt, the tool that was meant is open`,
  )
}
