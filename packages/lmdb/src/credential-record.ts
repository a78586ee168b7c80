import { EXPIRY_GRACE_MS } from '@turnpike/core'
import type { Claim, ClaimRecord, ClaimState, Lapse } from '@turnpike/core'
import { CorruptRecord } from './record-codec.ts'
import type { RecordCodec, RecordReader, RecordWriter } from './record-codec.ts'

/** A state's number is its place here: append only. */
const STATES: readonly ClaimState[] = ['live', 'kept', 'lapsed', 'givenBack', 'overlap', 'exhausted']
/** Set in the state's byte where a lapse gives the use back, or frees a slot. */
const GIVES_BACK = 128
const FREES = 64

export const credentialCodec: RecordCodec<ClaimRecord> = {
  write(writer, record) {
    writer.count(record.uses)
    writer.count(record.used)
    writer.count(record.givenBack)
    writer.time(record.expiresAtMs)
    writer.count(record.claims.length)
    for (const claim of record.claims) writeClaim(writer, claim)
  },
  read(reader) {
    return {
      uses: reader.count(),
      used: reader.count(),
      givenBack: reader.count(),
      expiresAtMs: reader.time(),
      claims: Array.from({ length: reader.countOfParts() }, () => readClaim(reader)),
    }
  },
}

/** @returns when the record may be forgotten, as things stand now: past its grace (R13), and no lease is running. */
export function endOfCredential({ expiresAtMs, claims }: ClaimRecord): number {
  return claims.reduce(
    (endMs, { state, leaseEndMs }) => (state === 'live' ? Math.max(endMs, leaseEndMs) : endMs),
    expiresAtMs + EXPIRY_GRACE_MS,
  )
}

function writeClaim(writer: RecordWriter, { claimId, leaseEndMs, lapse, state }: Claim): void {
  writer.text(claimId)
  writer.time(leaseEndMs)
  writer.byte(STATES.indexOf(state) + LAPSE_BITS[lapse])
}

function readClaim(reader: RecordReader): Claim {
  const [claimId, leaseEndMs, byte] = [reader.text(), reader.time(), reader.byte()]
  const state = STATES[byte & ~(GIVES_BACK | FREES)]
  if (state === undefined) throw new CorruptRecord('a claim in no known state')
  return { claimId, leaseEndMs, lapse: lapseOf(byte), state }
}

const LAPSE_BITS: Readonly<Record<Lapse, number>> = { keep: 0, giveBack: GIVES_BACK, free: FREES }

function lapseOf(byte: number): Lapse {
  if (byte & FREES) return 'free'
  return byte & GIVES_BACK ? 'giveBack' : 'keep'
}
