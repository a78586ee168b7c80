import type { Gate, Policy, PolicyOptions } from '@turnpike/core'

/** Policies of one gate, compiled once for equal options: servers made per request, and prices by argument, bring many. */
export type CompilePolicy = (options: PolicyOptions) => Policy

const REMEMBERED = 1000
const compilers = new WeakMap<Gate, CompilePolicy>()

/** The compiler of a gate; every server behind that gate shares it. */
export function policyCompiler(gate: Gate): CompilePolicy {
  const known = compilers.get(gate)
  if (known !== undefined) return known
  const compile = createCompiler(gate)
  compilers.set(gate, compile)
  return compile
}

function createCompiler(gate: Gate): CompilePolicy {
  const policies = new Map<string, Policy>()
  const numberOf = createNumbering()
  return (options) => {
    const key = JSON.stringify(options, (_name, value: unknown) =>
      isOpaque(value) ? { number: numberOf(value) } : value,
    )
    const known = policies.get(key)
    if (known !== undefined) return known
    const policy = gate.policy(options)
    const [oldest] = policies.keys()
    if (policies.size >= REMEMBERED && oldest !== undefined) policies.delete(oldest)
    policies.set(key, policy)
    return policy
  }
}

/** Has no text that tells it apart: functions, and objects with methods, such as identity sources. */
function isOpaque(value: unknown): value is object {
  if (typeof value === 'function') return true
  return (
    typeof value === 'object' && value !== null && 'verify' in value && typeof value.verify === 'function'
  )
}

/** What has no text gets a number when it is first seen. */
function createNumbering(): (value: object) => number {
  const numbers = new WeakMap<object, number>()
  let last = 0
  return (value) => {
    const known = numbers.get(value)
    if (known !== undefined) return known
    last += 1
    numbers.set(value, last)
    return last
  }
}
