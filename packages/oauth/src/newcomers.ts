import { countedAddress } from '@turnpike/core'
import { LookupFailed } from './lookup.ts'

/**
 * Questions about tokens that nobody here knows, under way at once: a quarter less than an issuer is asked in all, so that
 * made-up tokens do not keep those out that were good before.
 */
const MOST_AT_ONCE = 48
/** Of one IPv4 address or IPv6 /64. Callers without an address share one. */
const MOST_OF_ONE = 16
const IPV6_BITS = 64

/** Room for questions about unknown tokens. */
export interface Newcomers {
  /** Runs `ask` if there is room for it. @param address - as the framework has it @throws LookupFailed if there is none */
  admit<Answer>(address: string | undefined, ask: () => Promise<Answer>): Promise<Answer>
}

export function createNewcomers(): Newcomers {
  const underWay = new Map<string, number>()
  let all = 0
  return {
    async admit(address, ask) {
      const from = countedAddress(address ?? '', IPV6_BITS)?.id ?? ''
      const own = underWay.get(from) ?? 0
      if (all >= MOST_AT_ONCE || own >= MOST_OF_ONE) {
        throw new LookupFailed('too many questions at once about tokens that are not known here')
      }
      all += 1
      underWay.set(from, own + 1)
      try {
        return await ask()
      } finally {
        all -= 1
        const left = (underWay.get(from) ?? 1) - 1
        if (left === 0) underWay.delete(from)
        else underWay.set(from, left)
      }
    },
  }
}
