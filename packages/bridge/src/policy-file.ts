import { anyOf, type Gate, type Leaf, pow, type PolicyOptions, type Requirement, sats } from '@turnpike/core'
import type { McpGateOptions, McpPolicies } from '@turnpike/mcp'
import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { codeOf } from './error-code.ts'
import { UsageError } from './exit-code.ts'
import { type FilePolicy, type FileRequirement, type PolicyFile, policyFileSchema } from './policy-schema.ts'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]
type FilePolicies = Readonly<Record<string, FilePolicy>>

/** @throws UsageError that names the file and the place in it */
export function readPolicyFile(path: string): PolicyFile {
  const parsed = policyFileSchema.safeParse(parseJson(path))
  if (parsed.success) return parsed.data
  throw new UsageError(
    wordIssues(parsed.error.issues)
      .map((line) => `${path}: ${line}`)
      .join('\n'),
  )
}

/**
 * The same as options of `gateMcpServer`, each policy tried out on the gate.
 * @throws UsageError that names the policy
 */
export function gateOptionsOf(file: PolicyFile, gate: Gate, path: string): McpGateOptions {
  const { $schema: _schema, name: _name, lightning: _lightning, tools, resources, prompts, ...rest } = file
  const read = (kind: string, written: FilePolicies = {}): McpPolicies =>
    Object.fromEntries(
      Object.entries(written).map(([key, policy]) => [
        key,
        tryOut(policy, gate, `${path}: ${wordPath([kind, key])}`),
      ]),
    )
  if ([tools, resources, prompts].every((one) => Object.keys(one ?? {}).length === 0))
    throw new UsageError(`${path} gates nothing: it has neither tools nor resources nor prompts.`)
  return {
    ...rest,
    tools: read('tools', tools),
    resources: read('resources', resources),
    prompts: read('prompts', prompts),
  }
}

function tryOut(policy: FilePolicy, gate: Gate, where: string): PolicyOptions {
  const { require, ...rest } = policy
  try {
    const options = { ...rest, ...(require === undefined ? {} : { require: requirementOf(require) }) }
    gate.policy(options)
    return options
  } catch (error) {
    throw new UsageError(`${where}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

function requirementOf(written: FileRequirement): Requirement {
  return 'anyOf' in written ? anyOf(...written.anyOf.map(leafOf)) : leafOf(written)
}

function leafOf(written: Exclude<FileRequirement, { anyOf: unknown }>): Leaf {
  if ('sats' in written) {
    const { sats: price, ...terms } = written
    return sats(price, terms)
  }
  const { pow: difficulty, ...terms } = written
  return pow(difficulty, terms)
}

function parseJson(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`--policy: ${path} cannot be read (${codeOf(error)}).`, { cause: error })
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${path} is no JSON: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    })
  }
}

/** Of several forms that would do, the one that the file comes nearest to is explained. */
function wordIssues(issues: readonly Issue[], above: Path = []): readonly string[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path]
    // A member that tells forms apart and names none of them has no nearest one.
    if (issue.code !== 'invalid_union' || issue.errors.length === 0)
      return [`${wordPath(path)}: ${issue.message}`]
    const [nearest = []] = issue.errors.toSorted((a, b) => a.length - b.length || depth(b) - depth(a))
    return wordIssues(nearest, path)
  })
}

function depth(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length))
}

/** As JavaScript would write it: `tools["deep search"].free[1]`. */
function wordPath(path: Path): string {
  if (path.length === 0) return 'the whole'
  return path
    .map((step, at) => {
      if (typeof step === 'string' && /^[A-Za-z_$][\w$]*$/.test(step)) return at === 0 ? step : `.${step}`
      return `[${JSON.stringify(step)}]`
    })
    .join('')
}
