import type { ClaimRef, HeldCall } from '@turnpike/core'
import type { RecordCodec, RecordReader } from './record-codec.ts'

const RESUMED = 0
const HELD = 1

export const holdCodec: RecordCodec<HeldCall> = {
  write(writer, { endMs, claims }) {
    writer.time(endMs)
    writer.byte(claims === undefined ? RESUMED : HELD)
    writer.count(claims?.length ?? 0)
    for (const { credential, shard, claimId } of claims ?? []) {
      writer.text(credential)
      writer.count(shard)
      writer.text(claimId)
    }
  },
  read(reader) {
    const [endMs, state] = [reader.time(), reader.byte()]
    const claims = Array.from({ length: reader.countOfParts() }, () => readRef(reader))
    return { endMs, claims: state === HELD ? claims : undefined }
  },
}

function readRef(reader: RecordReader): ClaimRef {
  return { credential: reader.text(), shard: reader.count(), claimId: reader.text() }
}
