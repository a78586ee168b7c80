import { describe, expect, test } from '@jest/globals'
import type { CannedAnswer } from './canned-server.ts'
import { asking, CLN_SENT, HASH, LNBITS_SENT, LND_SENT, PREIMAGE } from './canned-wallet.ts'

describe('findPayment', () => {
  const found = async (
    name: string,
    answer: CannedAnswer,
  ): Promise<{ readonly result: unknown; readonly calls: unknown }> =>
    await asking(name, [answer], async (wallet) => await wallet.findPayment?.(HASH))

  test('by the calls of each', async () => {
    const hash = Buffer.from(HASH, 'hex').toString('base64url')
    const state = { state: 'succeeded', preimage: PREIMAGE }
    expect(await found('lnd', [200, LND_SENT])).toEqual({
      result: { ...state, fees_paid: 1500 },
      calls: [`GET /v2/router/track/${hash}=?no_inflight_updates=false`],
    })
    expect(await found('phoenixd', [200, { isPaid: true, preimage: PREIMAGE, fees: 4000 }])).toEqual({
      result: { ...state, fees_paid: 4000 },
      calls: [`GET /payments/outgoingbyhash/${HASH}`],
    })
    expect(await found('lnbits', [200, LNBITS_SENT])).toEqual({
      result: { ...state, fees_paid: 2000 },
      calls: [`GET /api/v1/payments/${HASH}`],
    })
    expect(
      await found('coreLightning', [
        201,
        { pays: [{ ...CLN_SENT, status: 'complete', preimage: PREIMAGE }] },
      ]),
    ).toEqual({
      result: { ...state, fees_paid: 3000 },
      calls: [`POST /v1/listpays {"payment_hash":"${HASH}"}`],
    })
  })

  test.each<[string, CannedAnswer]>([
    ['lnd', [200, { result: { status: 'SUCCEEDED', payment_preimage: HASH } }]],
    ['lnd', [200, { result: { status: 'SUCCEEDED' } }]],
    ['phoenixd', [200, { isPaid: true, preimage: HASH }]],
    ['lnbits', [200, { ...LNBITS_SENT, preimage: '0'.repeat(64) }]],
    ['coreLightning', [201, { pays: [{ status: 'complete' }] }]],
  ])('%s cannot tell without a preimage that proves it: %o', async (name, answer) => {
    expect((await found(name, answer)).result).toMatchObject({ code: 'payment_in_doubt' })
  })
})
