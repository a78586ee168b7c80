/** Before the value of the output: version, segwit marker, one made-up input, one output. */
const HEAD = `02000000000101${'11'.repeat(32)}0000000000ffffffff01`
/** After its script: a witness of one byte, and the lock time. */
const TAIL = '0101ff00000000'

/**
 * The transaction that funds a channel. LDK asks that each input has a witness and that one output is the channel's; where
 * the coins come from nobody can ask on this chain.
 */
export function fundingTransaction(valueSats: bigint, script: Uint8Array): Uint8Array {
  const value = Buffer.alloc(8)
  value.writeBigUInt64LE(valueSats)
  return Buffer.concat([
    Buffer.from(HEAD, 'hex'),
    value,
    Buffer.from([script.length]),
    script,
    Buffer.from(TAIL, 'hex'),
  ])
}
