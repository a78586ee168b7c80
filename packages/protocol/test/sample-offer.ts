import { difficultyOfTarget, expectedHashes, formatTarget, type PowOffer } from '@turnpike/protocol'
import * as fc from 'fast-check'

/** An offer of work at difficulty 4. */
export const POW: PowOffer = {
  rail: 'pow',
  challenge:
    'EadEAAD__2tJ0gABLAECQEFCQ0RFRkdISUpLTE1OT2BhYmNkZWZnaGlqa4CBgoOEhYaHiImKi8DBwsPExcbHyMnKy8zNzs_Q0dLT',
  difficulty: 4,
  target: '0000ffff',
  count: 1,
  algorithm: 'sha256',
  expectedHashes: 65_536,
  expiresAt: 1_800_000_000,
}

const u32 = fc.integer({ min: 0, max: 0xffffffff })

/** Any offer of work for that challenge, whose words about its work are true. */
export const anyPowOffer: fc.Arbitrary<PowOffer> = fc
  .tuple(u32, fc.integer({ min: 1, max: 16 }), u32)
  .map(([target, count, expiresAt]) => offerOf(target, count, expiresAt))

function offerOf(target: number, count: number, expiresAt: number): PowOffer {
  return {
    ...POW,
    target: formatTarget(target),
    count,
    expiresAt,
    difficulty: difficultyOfTarget(target),
    expectedHashes: expectedHashes(target, count),
  }
}
