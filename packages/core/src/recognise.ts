import { newClaimId } from './claim-id.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import type { Engine } from './engine.ts'
import {
  type Findings,
  identify,
  NOTHING_FOUND,
  proofsIn,
  type ShownProof,
  withoutProofs,
} from './identification.ts'
import { callerOf, policyFor } from './naming.ts'
import type { Passage } from './passage.ts'
import type { Policy } from './policy.ts'
import { proofUsesOf } from './proof-uses.ts'
import type { ProofsToUse } from './question.ts'
import type { RequestView } from './request.ts'
import { askStore } from './store-call.ts'
import type { ClaimTake } from './store.ts'
import { whenKnown } from './when-known.ts'

/** A request before a policy, its caller not yet known. */
export interface Approach {
  readonly view: RequestView
  readonly policy: Policy
  readonly passage: Passage
}

/**
 * Finds out who calls, then decides as that caller's class has it (R1). At once where nobody has to be asked; a policy
 * without identities asks nobody.
 */
export function recognise(engine: Engine, approach: Approach): Decision | Promise<Decision> {
  const { view, policy } = approach
  if (policy.identities.length === 0) return decideFor(engine, approach, NOTHING_FOUND)
  return whenKnown(identify(view, policy.identities), (findings) => {
    const shown = policy.mode === 'observe' ? [] : proofsIn(findings)
    return shown.length === 0
      ? decideFor(engine, approach, findings)
      : decideWithProofs(engine, approach, findings, shown)
  })
}

function decideFor(
  engine: Engine,
  { view, policy, passage }: Approach,
  findings: Findings,
  proofs?: ProofsToUse,
): Decision | Promise<Decision> {
  return whenKnown(callerOf(engine, view, findings), (caller) =>
    decide(engine, {
      view,
      policy: policyFor(engine, policy, caller),
      asked: policy,
      caller,
      passage,
      findings,
      proofs,
    }),
  )
}

/** A proof that was shown before proves nothing: its caller is nobody, and has shown a bad token. */
function decideWithProofs(
  engine: Engine,
  approach: Approach,
  findings: Findings,
  shown: readonly ShownProof[],
): Promise<Decision> {
  const uses = proofUsesOf(approach.view)
  return uses.inTurn(() => {
    const unused = uses.unused(shown)
    return decideFor(engine, approach, findings, {
      claims: unused.map((proof) => claimOf(engine, proof)),
      used: () => uses.use(unused),
      replayed: () => decideFor(engine, approach, withoutProofs(findings)),
    })
  })
}

/**
 * Findings of a request that goes on with a call, where no decision uses its proofs up: that is done here. Shown before,
 * they are of nobody.
 */
export async function withProofsUsed(
  engine: Engine,
  view: RequestView,
  findings: Findings,
): Promise<Findings> {
  const shown = proofsIn(findings)
  if (shown.length === 0) return findings
  const uses = proofUsesOf(view)
  return await uses.inTurn(async () => {
    const unused = uses.unused(shown)
    const claims = unused.map((proof) => claimOf(engine, proof))
    const [first] = claims
    if (first === undefined) return findings
    const ways = [{ windows: [], claims }]
    const answer = await askStore(engine, { shard: first.shard, common: [], ways, otherwise: [] })
    if (answer.outcome !== 'admitted') return withoutProofs(findings)
    uses.use(unused)
    return findings
  })
}

/** In the shard of whom the proof is of, however the operator names the caller: there it would be shown again. */
function claimOf({ callers }: Engine, { key, subject, expiresAtMs }: ShownProof): ClaimTake {
  return {
    credential: callers.nameOf('proof', key),
    shard: callers.shardOf(subject),
    claimId: newClaimId(),
    uses: 1,
    expiresAtMs,
    leaseMs: PROOF_LEASE_MS,
    lapse: 'keep',
    settled: true,
    proof: true,
  }
}

/** Of no meaning to a claim that is kept however it ends. */
const PROOF_LEASE_MS = 1000
