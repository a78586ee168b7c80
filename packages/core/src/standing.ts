import type { ProblemCode } from '@turnpike/protocol'
import { type Finding, type Findings, isRecognised } from './identification.ts'
import type { IdentityDemand, IdentityFault } from './identity.ts'
import type { Policy } from './policy.ts'

/** How a request stands to a demand for an identity: it meets it, nothing was shown for it, or what is wrong. */
export type Standing = 'met' | 'absent' | IdentityTrouble

/** What was shown does not do. */
export interface IdentityTrouble {
  readonly code: ProblemCode
  /** For people; never a part of the credential. */
  readonly detail: string
  /** Lines of `WWW-Authenticate` that ask for something better; none where nobody can tell now. */
  readonly challenges: readonly string[]
}

/** Does a request meet the terms? */
export function standingOf({ source, scope }: IdentityDemand, findings: Findings): Standing {
  const finding = findings.find((one) => one.source === source)
  if (finding?.verdict === undefined) return 'absent'
  if (finding.verdict.outcome !== 'verified') return troubleOf(finding, scope) ?? 'absent'
  const { scopes } = finding.verdict.identity
  const missing = scope.filter((one) => !scopes.includes(one))
  if (missing.length === 0) return 'met'
  const fault: IdentityFault = {
    outcome: 'invalid',
    code: 'bearer_scope',
    error: 'insufficient_scope',
    detail: `it lacks ${missing.join(' ')}`,
  }
  return { code: fault.code, detail: fault.detail, challenges: source.challenges(scope, fault) }
}

/**
 * What a refusal says of who calls (R32): of a token or key that was shown and does not do; else, where every way demands an
 * identity, that one is needed. Undefined: who calls is not what it is about.
 */
export function identityTrouble({ ways }: Policy, findings: Findings): IdentityTrouble | undefined {
  const terms = demandedOf(ways)
  if (terms.length === 0 && findings.length === 0) return undefined
  const scopeOf = ({ source }: Finding) => terms.find((one) => one.source === source)?.scope ?? []
  const isKnown = isRecognised(findings)
  // What one source knows is good, whatever another makes of it, unless that one's word is wanted.
  const telling = findings.filter(({ source }) => !isKnown || terms.some((one) => one.source === source))
  const troubles = telling.flatMap((finding) => troubleOf(finding, scopeOf(finding)) ?? [])
  const shown = troubles.find(({ code }) => code === 'identity_unavailable') ?? troubles[0]
  if (shown !== undefined) return shown
  const standings = terms.map((one) => standingOf(one, findings))
  const narrow = standings.find((standing) => typeof standing === 'object')
  if (narrow !== undefined) return narrow
  const isOnlyWay = ways.length > 0 && terms.length === ways.length
  if (!isOnlyWay || standings.includes('met')) return undefined
  return { code: 'identity_required', detail: '', challenges: invitations(ways, findings) }
}

const NONE_DEMANDED: readonly IdentityDemand[] = []
const NONE_INVITED: readonly string[] = []

/** Lines of `WWW-Authenticate` for the identities that would open a way and were not shown. */
export function invitations(ways: Policy['ways'], findings: Findings): readonly string[] {
  const demanded = demandedOf(ways)
  if (demanded.length === 0) return NONE_INVITED
  return demanded
    .filter((terms) => standingOf(terms, findings) === 'absent')
    .flatMap(({ source, scope }) => source.challenges(scope))
}

function demandedOf(ways: Policy['ways']): readonly IdentityDemand[] {
  return ways.every(({ identity }) => identity === undefined)
    ? NONE_DEMANDED
    : ways.flatMap(({ identity }) => identity ?? [])
}

function troubleOf({ source, verdict }: Finding, scope: readonly string[]): IdentityTrouble | undefined {
  switch (verdict?.outcome) {
    case 'invalid':
      return { code: verdict.code, detail: verdict.detail, challenges: source.challenges(scope, verdict) }
    case 'unavailable':
      return { code: 'identity_unavailable', detail: verdict.detail, challenges: [] }
    case 'verified':
    case undefined:
      return undefined
  }
}
