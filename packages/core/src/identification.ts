import type { ProblemCode } from '@turnpike/protocol'
import type { Identity, IdentityFault, IdentitySource, IdentityVerdict, SingleUse } from './identity.ts'
import type { RequestView } from './request.ts'
import { isPromise } from './when-known.ts'

/** What one source says of one request; `verdict` is undefined where nothing of its kind was shown. */
export interface Finding {
  readonly source: IdentitySource
  readonly verdict: IdentityVerdict | undefined
}

/** What all sources say of one request, in the order of the policy's list. */
export type Findings = readonly Finding[]

export const NOTHING_FOUND: Findings = []

type Verdict = IdentityVerdict | undefined | Promise<IdentityVerdict>

/** On the view itself, as passages are. */
const VERDICTS = Symbol('turnpike.verdicts')

interface Carrier {
  [VERDICTS]?: Map<IdentitySource, Verdict>
}

/**
 * Asks each source who calls, all at once, and each once per request however many policies want to know (R1). At once where
 * no source has to wait.
 */
export function identify(
  view: RequestView & Carrier,
  sources: readonly IdentitySource[],
): Findings | Promise<Findings> {
  const made = (view[VERDICTS] ??= new Map<IdentitySource, Verdict>())
  const verdicts = sources.map((source) => {
    if (!made.has(source)) made.set(source, source.verify(view))
    return made.get(source)
  })
  const known = verdicts.filter(isKnown)
  if (known.length === verdicts.length) return findingsOf(sources, known)
  return settle(sources, verdicts)
}

async function settle(sources: readonly IdentitySource[], verdicts: readonly Verdict[]): Promise<Findings> {
  return findingsOf(sources, await Promise.all(verdicts.map(async (verdict) => await verdict)))
}

/** Who it is, by those sources that could tell; the strongest proof first. */
export function identitiesIn(findings: Findings): readonly Identity[] {
  const found = findings.flatMap(({ verdict }) => (verdict?.outcome === 'verified' ? [verdict.identity] : []))
  return found.toSorted((a, b) => rank(a) - rank(b))
}

/** Could any source tell who it is? */
export function isRecognised(findings: Findings): boolean {
  return findings.some(({ verdict }) => verdict?.outcome === 'verified')
}

/** Why nobody was recognised by what was shown; undefined where somebody was, or nothing was shown. */
export function faultIn(findings: Findings): ProblemCode | undefined {
  if (isRecognised(findings)) return undefined
  for (const { verdict } of findings) {
    if (verdict?.outcome === 'invalid') return verdict.code
    if (verdict?.outcome === 'unavailable') return 'identity_unavailable'
  }
  return undefined
}

/** Whose proofs these are, and the proofs; each once. They must not have been shown before. */
export function proofsIn(findings: Findings): readonly ShownProof[] {
  const proofs = new Map<string, ShownProof>()
  for (const { verdict } of findings) {
    if (verdict?.outcome !== 'verified' || verdict.singleUse === undefined) continue
    proofs.set(verdict.singleUse.key, { ...verdict.singleUse, subject: verdict.identity.subject })
  }
  return [...proofs.values()]
}

/** A proof as it was shown by an identity. */
export interface ShownProof extends SingleUse {
  readonly subject: string
}

/** The findings once the store has said that a proof was shown before: whoever shows it is nobody. */
export function withoutProofs(findings: Findings): Findings {
  return findings.map((finding) =>
    finding.verdict?.outcome === 'verified' && finding.verdict.singleUse !== undefined
      ? { ...finding, verdict: REPLAYED }
      : finding,
  )
}

const REPLAYED: IdentityFault = {
  outcome: 'invalid',
  code: 'bearer_replayed',
  error: 'invalid_dpop_proof',
  detail: 'make a new proof for each request',
}

function findingsOf(
  sources: readonly IdentitySource[],
  verdicts: readonly (IdentityVerdict | undefined)[],
): Findings {
  return sources.map((source, index) => ({ source, verdict: verdicts[index] }))
}

function isKnown(verdict: Verdict): verdict is IdentityVerdict | undefined {
  return !isPromise(verdict)
}

/** A token is proof of the moment; a key may be years old. */
function rank({ source }: Identity): number {
  return source === 'bearer' ? 0 : 1
}
