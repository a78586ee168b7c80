import type { AdmissionNote } from './admission.ts'
import type { Pass } from './passes.ts'
import type { Bought } from './payer.ts'
import type { Refusal } from './refusal.ts'
import type { Use } from './shelf.ts'

/** A credential that the call shows. */
export type Showing =
  | { readonly rail: 'pow'; readonly text: string; readonly pass: Pass | undefined }
  | {
      readonly rail: 'lightning'
      readonly bought: Bought
      /** Nobody but this call can have used it. */
      readonly isFresh: boolean
    }

/**
 * What a refusal means for the credential that was shown:
 * - `keep`: it is still good; show it again after waiting;
 * - `unsuited`: it is good elsewhere; `refused`: it is worth nothing;
 * - `unconcerned`: the refusal is not about it, nor about anything that we could do.
 */
export type Verdict = 'keep' | 'unsuited' | 'refused' | 'unconcerned'

/** Codes of 402 that leave a paid credential as good as it was. */
const STILL_GOOD: ReadonlySet<string> = new Set(['credential_unsettled', 'quota_reached'])

/** Judges; pure. */
export function verdictOn(showing: Showing, refusal: Refusal): Verdict {
  const { status, code = '' } = refusal
  if (status === 429 || status === 503) return 'keep'
  if (showing.rail === 'pow') {
    if (status !== 402) return 'unconcerned'
    return code === 'quota_reached' ? 'unsuited' : 'refused'
  }
  if (status === 409) return code === 'credential_in_use' ? 'keep' : 'unconcerned'
  if (status === 401) return verdictOn401(showing, refusal)
  if (STILL_GOOD.has(code)) return 'keep'
  return code === 'credential_too_weak' && !showing.isFresh ? 'unsuited' : 'refused'
}

/** Some servers answer so to an L402 credential that is used up; with others it is about another credential. */
function verdictOn401(showing: Extract<Showing, { rail: 'lightning' }>, { lightning }: Refusal): Verdict {
  if (lightning !== undefined) return 'refused'
  return showing.bought.isTurnpike || showing.isFresh ? 'unconcerned' : 'refused'
}

/** What is left of a paid credential after an answer, by what the gate says, else by what it sold. */
export function useOf({ usesLeft }: Bought, status: number, note: AdmissionNote | undefined): Use {
  const isAccepted = note === undefined ? status < 400 : note.way.includes('lightning')
  // A call that failed gives the paid use back (R31); shown again, it is either good or refused.
  if (!isAccepted || status >= 400) return { isAccepted }
  if (note !== undefined) return { isAccepted, usesLeft: note.usesLeft }
  return { isAccepted, usesLeft: usesLeft === undefined ? undefined : usesLeft - 1 }
}
