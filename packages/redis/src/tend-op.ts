/** An operation of the second script, with the keys it works on. Names and terms as in `lua/tend.ts`. */
export type TendOp = { readonly keys: readonly string[] } & (
  | { readonly op: 'keep' | 'giveBack' | 'undo'; readonly claimId: string }
  | { readonly op: 'renew'; readonly claimId: string; readonly leaseMs: number }
  | { readonly op: 'revoke'; readonly untilMs: number }
  /** `any`: those that are live, rather than all or none. */
  | {
      readonly op: 'stretch'
      readonly claimIds: readonly string[]
      readonly leaseMs: number
      readonly any?: true
    }
  | { readonly op: 'seal'; readonly claims: string; readonly ttlMs: number }
  | { readonly op: 'name'; readonly id: string; readonly ttlMs: number }
  | {
      readonly op: 'adjust'
      readonly name: number
      readonly windowMs: number
      readonly slotMs: number
      readonly atMs: number
      readonly units: number
    }
  | { readonly op: 'unseal' | 'resume' | 'inspect' | 'reset' | 'greet' | 'readName' }
)

/** @returns the operations as the script reads them. */
export function formatTendOps(ops: readonly TendOp[]): string {
  return JSON.stringify(ops.map((op) => ({ ...op, keys: op.keys.length })))
}

/** What became of one operation. */
export type TendResult = { readonly value: unknown } | { readonly error: string }

/** @throws Error when the reply is none of the script's */
export function parseTendReply(bytes: Buffer): {
  readonly serverMs: number
  readonly results: readonly TendResult[]
} {
  const reply: unknown = JSON.parse(bytes.toString())
  if (!isList(reply)) throw new Error('Redis answered the script with something else than a list')
  const [serverMs, ...results] = reply
  return { serverMs: Number(serverMs), results: results.map(resultOf) }
}

function resultOf(result: unknown): TendResult {
  if (typeof result === 'object' && result !== null) {
    if ('error' in result) return { error: String(result.error) }
    if ('value' in result) return { value: result.value }
  }
  return { value: undefined }
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}
