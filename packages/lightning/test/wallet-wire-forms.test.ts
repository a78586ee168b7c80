import { describe, expect, test } from '@jest/globals'
import type { CannedAnswer } from './canned-server.ts'
import {
  asking,
  CLN_SENT,
  HASH,
  INVOICE,
  LNBITS_PENDING,
  LNBITS_SENT,
  LND_FAILED,
  LND_SENT,
  LND_UNKNOWN,
  PHOENIXD_SENT,
  PREIMAGE,
} from './canned-wallet.ts'

describe('a wallet pays', () => {
  test.each<[string, readonly CannedAnswer[], number, readonly string[]]>([
    [
      'lnd',
      [[200, LND_SENT]],
      1500,
      [
        `POST /v2/router/send {"payment_request":"${INVOICE}","timeout_seconds":2,"no_inflight_updates":true,"fee_limit_msat":"7000"}`,
      ],
    ],
    ['phoenixd', [[200, PHOENIXD_SENT]], 4000, [`POST /payinvoice invoice=${INVOICE}`]],
    [
      'lnbits',
      [
        [201, { payment_hash: HASH, checking_id: HASH }],
        [200, LNBITS_SENT],
      ],
      2000,
      [`POST /api/v1/payments {"out":true,"bolt11":"${INVOICE}"}`, `GET /api/v1/payments/${HASH}`],
    ],
    [
      'coreLightning',
      [[201, CLN_SENT]],
      3000,
      [`POST /v1/xpay {"invstring":"${INVOICE}","retry_for":2,"maxfee":7000}`],
    ],
  ])('by the API of %s', async (name, answers, fees, calls) => {
    const paid = await asking(
      name,
      answers,
      async (wallet) => await wallet.payInvoice({ invoice: INVOICE, maxFeeMsat: 7000 }),
    )
    expect(paid).toEqual({ result: { preimage: PREIMAGE, fees_paid: fees }, calls })
  })

  test('with a limit for the fee where LND would pay none', async () => {
    const { calls } = await asking('lnd', [[200, LND_SENT]])
    expect(calls[0]).toContain('"fee_limit_msat":"10000"')
  })

  test('and waits for an end that LNbits does not know yet', async () => {
    const answers: CannedAnswer[] = [
      [201, { payment_hash: HASH, status: 'pending' }],
      [200, LNBITS_PENDING],
      [200, LNBITS_SENT],
    ]
    const { result, calls } = await asking('lnbits', answers)
    expect(result).toEqual({ preimage: PREIMAGE, fees_paid: 2000 })
    expect(calls.filter((call) => call.startsWith('POST'))).toHaveLength(1)
  })
})

describe('a payment', () => {
  const failed = 'payment_failed'
  const inDoubt = 'payment_in_doubt'
  const lndError = (code: number, message: string): CannedAnswer => [
    500,
    { error: { code, message, details: [] } },
  ]
  const clnError = (code: number, message: string): CannedAnswer => [500, { code, message }]
  const clnPays = (...states: readonly string[]): CannedAnswer => [
    201,
    { pays: states.map((status) => ({ status })) },
  ]
  const phoenixdOut = (changes: object): CannedAnswer => [
    200,
    { isPaid: false, paymentHash: HASH, fees: 0, ...changes },
  ]

  test.each<[string, string, string, readonly CannedAnswer[]]>([
    [
      'lnd',
      'failed, and its books agree',
      failed,
      [
        [200, LND_FAILED],
        [200, LND_FAILED],
      ],
    ],
    ['lnd', 'failed, and it knows of none', failed, [[200, LND_FAILED], LND_UNKNOWN]],
    [
      'lnd',
      'failed, and it is under way',
      inDoubt,
      [
        [200, LND_FAILED],
        [200, { result: { status: 'IN_FLIGHT' } }],
      ],
    ],
    [
      'lnd',
      'failed, and it cannot be asked',
      inDoubt,
      [
        [200, LND_FAILED],
        [500, 'busy'],
      ],
    ],
    [
      'lnd',
      'failed, and there is no such call',
      inDoubt,
      [
        [200, LND_FAILED],
        [404, { code: 5, message: 'Not Found' }],
      ],
    ],
    [
      'lnd',
      'failed, and its macaroon may not look back',
      inDoubt,
      [
        [200, LND_FAILED],
        [500, { error: { code: 2, message: 'permission denied' } }],
      ],
    ],
    ['lnd', 'paid before, which it has forgotten', inDoubt, [lndError(6, 'already paid'), LND_UNKNOWN]],
    ['lnd', 'not begun', failed, [lndError(2, 'invoice expired'), LND_UNKNOWN]],
    [
      'lnd',
      'under way already',
      inDoubt,
      [lndError(6, 'payment is in transition'), [200, { result: { status: 'IN_FLIGHT' } }]],
    ],
    ['lnd', 'cut off', inDoubt, [lndError(14, 'transport is closing'), LND_UNKNOWN]],
    ['lnd', 'not said to have ended', inDoubt, [[200, { result: { status: 'IN_FLIGHT' } }], LND_UNKNOWN]],
    [
      'phoenixd',
      'failed',
      failed,
      [[200, { paymentHash: HASH, reason: 'not enough funds' }], phoenixdOut({ completedAt: 5 })],
    ],
    [
      'phoenixd',
      'failed, as an old version says it',
      failed,
      [[200, { reason: 'no' }], phoenixdOut({ isPaid: true, completedAt: 5 })],
    ],
    ['phoenixd', 'failed, and it is under way', inDoubt, [[200, { reason: 'no' }], phoenixdOut({})]],
    [
      'phoenixd',
      'paid before, which it has forgotten',
      inDoubt,
      [
        [200, { reason: 'this invoice has already been paid' }],
        [404, ''],
      ],
    ],
    [
      'phoenixd',
      'not understood',
      failed,
      [
        [400, "Cannot parse parameter 'invoice'"],
        [404, ''],
      ],
    ],
    [
      'lnbits',
      'failed',
      failed,
      [
        [520, { detail: 'Insufficient balance.', status: 'failed' }],
        [404, {}],
      ],
    ],
    [
      'lnbits',
      'pending elsewhere',
      inDoubt,
      [
        [520, { detail: 'still pending', status: 'pending' }],
        [200, LNBITS_PENDING],
      ],
    ],
    [
      'lnbits',
      'failed after it was taken',
      failed,
      [
        [201, { payment_hash: HASH }],
        [200, { ...LNBITS_PENDING, details: { amount: -1, status: 'failed' } }],
      ],
    ],
    [
      'an impatient lnbits',
      'taken, and then the key is refused',
      inDoubt,
      [
        [201, { payment_hash: HASH }],
        [401, { detail: 'Invalid key' }],
      ],
    ],
    [
      'an impatient lnbits',
      'taken, and looked up like one of somebody else',
      inDoubt,
      [
        [201, { payment_hash: HASH }],
        [200, { paid: true, preimage: PREIMAGE }],
      ],
    ],
    ['coreLightning', 'failed', failed, [clnError(205, 'no route'), clnPays('failed', 'failed')]],
    ['coreLightning', 'failed, and it knows of none', failed, [clnError(207, 'expired'), clnPays()]],
    [
      'coreLightning',
      'failed, as an old version says it',
      failed,
      [[500, { error: { code: 205, message: 'no' } }], clnPays()],
    ],
    [
      'coreLightning',
      'failed, and a part is under way',
      inDoubt,
      [clnError(210, 'timed out'), clnPays('failed', 'pending')],
    ],
    [
      'coreLightning',
      'failed, and its rune may not be used again so soon',
      inDoubt,
      [clnError(205, 'no route'), [401, { code: 1502, message: 'Not permitted: Rate limit exceeded' }]],
    ],
    ['coreLightning', 'failed without a code', inDoubt, [[500, { message: 'no' }], clnPays()]],
  ])('of %s that is %s counts as %s', async (name, _, code, answers) => {
    const { result, calls } = await asking(name, answers)
    expect(result).toMatchObject({ code })
    // Never sent again on its own.
    expect(calls.filter((call) => /send|payinvoice|xpay|"out":true/.test(call))).toHaveLength(1)
  })

  test.each<[string, readonly CannedAnswer[]]>([
    [
      'lnd',
      [
        [409, { error: { code: 6, message: 'invoice is already paid' } }],
        [200, LND_SENT],
      ],
    ],
    [
      'phoenixd',
      [
        [200, { reason: 'this invoice has already been paid' }],
        [200, { isPaid: true, preimage: PREIMAGE, fees: 1500 }],
      ],
    ],
    [
      'lnbits',
      [
        [520, { detail: 'Payment already paid.', status: 'success' }],
        [200, LNBITS_SENT],
      ],
    ],
    [
      'coreLightning',
      [
        [500, { code: 219, message: 'already paid' }],
        [201, { pays: [{ status: 'failed' }, { ...CLN_SENT, status: 'complete', preimage: PREIMAGE }] }],
      ],
    ],
  ])('of %s that was made before is found, and not made again', async (name, answers) => {
    const { result } = await asking(name, answers)
    expect(result).toMatchObject({ preimage: PREIMAGE })
  })
})
