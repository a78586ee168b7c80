import type { ClaimTake, WayTake, WindowTake } from '@turnpike/core'
import type { KeySpace } from './keys.ts'

/** What one request names: collected while its text is made. */
export class RequestParts {
  readonly holders: string[] = []
  readonly credentials: string[] = []
  readonly args: string[] = []
  needsEpoch = false
  readonly #shard: number
  readonly #keys: KeySpace
  readonly #tokenOf: (take: WindowTake) => string

  constructor(shard: number, keys: KeySpace, tokenOf: (take: WindowTake) => string) {
    this.#shard = shard
    this.#keys = keys
    this.#tokenOf = tokenOf
  }

  windows(list: readonly WindowTake[]): string {
    let text = ''
    for (const take of list) text += this.#tokenOf(take) + String.fromCharCode(128 + this.holder(take.holder))
    return text
  }

  way({ windows, claims, common, lookOnly = false }: WayTake): string {
    let text = lookOnly ? '|?' : '|'
    if (common !== undefined) text += `(${this.windows(common)})`
    text += this.windows(windows)
    for (const claim of claims) text += this.claim(claim)
    return text
  }

  claim(claim: ClaimTake): string {
    const { claimId, uses, expiresAtMs, issuedAtMs, leaseMs, lapse, settled } = claim
    this.args.push(claimId, String(expiresAtMs), String(issuedAtMs ?? ''))
    if (issuedAtMs !== undefined) this.needsEpoch = true
    const index = place(this.credentials, claim.credential)
    return `c${index},${uses},${leaseMs},${lapse},${settled},${issuedAtMs !== undefined};`
  }

  holder(holder: string): number {
    return place(this.holders, holder)
  }

  credential(credential: string): number {
    return place(this.credentials, credential)
  }

  allKeys(): string[] {
    const keys: string[] = []
    for (const holder of this.holders) keys.push(this.#keys.windows(holder, this.#shard))
    for (const credential of this.credentials) keys.push(this.#keys.credential(credential, this.#shard))
    if (this.needsEpoch) keys.push(this.#keys.epoch(this.#shard))
    return keys
  }
}

function place(list: string[], text: string): number {
  const index = list.indexOf(text)
  return index >= 0 ? index : list.push(text) - 1
}
