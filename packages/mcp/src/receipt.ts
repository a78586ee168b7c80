import type { Admission } from '@turnpike/core'
import type { JsonObject } from './json-rpc.ts'

const ROLES = ['free', 'ceiling', 'quota'] as const

/** What an admitted call is told: how it was admitted, and what is left (R25). */
export function receiptOf(admission: Admission): JsonObject {
  const { way, usesLeft } = admission
  const remaining: Record<string, number> = {}
  for (const role of ROLES) {
    const units = admission.remaining(role)
    if (units !== undefined) remaining[role] = units
  }
  return {
    way,
    ...(usesLeft === undefined ? {} : { usesLeft }),
    ...(Object.keys(remaining).length === 0 ? {} : { remaining }),
  }
}
