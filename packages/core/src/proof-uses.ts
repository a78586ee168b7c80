import type { SingleUse } from './identity.ts'
import type { RequestView } from './request.ts'

/** Proofs of one request. Several decisions on it share them: they are shown once, by one request (RFC 9449 §11.1). */
export class ProofUses {
  readonly #used = new Set<string>()
  #turn: Promise<unknown> = Promise.resolve()

  /** Those that no decision of this request has used up. */
  unused<Proof extends SingleUse>(proofs: readonly Proof[]): readonly Proof[] {
    return proofs.filter(({ key }) => !this.#used.has(key))
  }

  use(proofs: readonly SingleUse[]): void {
    for (const { key } of proofs) this.#used.add(key)
  }

  /** One decision at a time: calls of one batch must not take each other's use of a proof for a replay. */
  async inTurn<T>(decide: () => T | Promise<T>): Promise<T> {
    const decided = this.#turn.then(decide)
    this.#turn = decided.catch(() => undefined)
    return await decided
  }
}

/** On what carried the request, as passages are. */
const PROOFS = Symbol('turnpike.proofs')

interface Carrier {
  [PROOFS]?: ProofUses
}

/** The proofs of a request, whoever decides on it. */
export function proofUsesOf(view: RequestView): ProofUses {
  const carrier: Carrier = view.carrier ?? view
  return (carrier[PROOFS] ??= new ProofUses())
}
