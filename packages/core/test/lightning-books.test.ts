import { describe, expect, test } from '@jest/globals'
import { type Ending, type GateOptions, sats } from '@turnpike/core'
import { setTimeout as pause } from 'node:timers/promises'
import { bought, paidGate, paying, satsOfferOf } from './payments.ts'
import { passOf, refusalOf, request } from './requests.ts'

async function sold(options: GateOptions = {}, uses = 1) {
  const paid = paidGate({ name: 'my-api', ...options })
  const policy = paid.gate.policy({ name: 'search', require: sats(10, { uses }) })
  const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(), policy)))
  const decide = async () => await paid.gate.decide(paying(credential), policy)
  return { ...paid, policy, credential, decide }
}

const FAILED: Ending = { kind: 'completed', status: 500 }
const SERVED: Ending = { kind: 'completed', status: 200 }

describe('a paid use', () => {
  test.each<[string, Ending, string]>([
    ['served', SERVED, 'kept'],
    ['answered with 304', { kind: 'completed', status: 304 }, 'kept'],
    ['answered with 400', { kind: 'completed', status: 400 }, 'givenBack'],
    ['answered with 500', FAILED, 'givenBack'],
    ['ended by a throw before headers', { kind: 'errored', error: new Error('x') }, 'givenBack'],
    ['ended by a throw after headers', { kind: 'errored', status: 200, error: new Error('x') }, 'kept'],
    ['aborted at 99 %', { kind: 'aborted', status: 200 }, 'kept'],
    ['aborted before headers', { kind: 'aborted' }, 'kept'],
    ['never started', { kind: 'notStarted' }, 'givenBack'],
  ])('R31 whose call was %s is %s', async (_, ending, movement) => {
    const { decide, books } = await sold()
    await passOf(await decide()).finish(ending)
    expect(books.map((entry) => entry.movement)).toEqual(['minted', 'settled', 'claimed', movement])
    const next = await decide()
    expect(next.outcome === 'pass').toBe(movement === 'givenBack')
  })

  test('R11 is given back three times, and then exhausted', async () => {
    const { decide, books } = await sold()
    for (let call = 0; call < 4; call += 1) await passOf(await decide()).finish(FAILED)
    expect(refusalOf(await decide())).toMatchObject({ status: 402, code: 'credential_exhausted' })
    expect(books.slice(2).map(({ movement }) => movement)).toEqual(
      'claimed givenBack claimed givenBack claimed givenBack claimed exhausted minted'.split(' '),
    )
  })

  test('R31 of a call that never started does not count as given back', async () => {
    const { decide } = await sold()
    for (let call = 0; call < 6; call += 1) await passOf(await decide()).finish({ kind: 'notStarted' })
    await passOf(await decide()).finish(FAILED)
    passOf(await decide())
  })

  test('R11 in use elsewhere is 409 with the last one, and runs in parallel while there are more', async () => {
    const { decide } = await sold({}, 3)
    for (const left of [2, 1, 0]) expect(passOf(await decide()).admission.usesLeft).toBe(left)
    const refusal = refusalOf(await decide())
    expect(refusal).toMatchObject({ status: 409, code: 'credential_in_use', headers: { 'retry-after': '1' } })
    expect(refusal.body.offers).toBeUndefined()
  })

  test('R11 n times admits n calls, and the next gets a fresh offer', async () => {
    const { decide, books } = await sold({}, 3)
    for (const left of [2, 1, 0]) {
      const pass = passOf(await decide())
      expect(pass.headers['turnpike-admission']).toBe(`lightning;uses=${left}`)
      await pass.finish(SERVED)
    }
    const refusal = refusalOf(await decide())
    expect(refusal).toMatchObject({ status: 402, code: 'credential_spent' })
    satsOfferOf(refusal)
    expect(books.filter(({ movement }) => movement === 'kept')).toHaveLength(3)
    expect(books.filter(({ movement }) => movement === 'settled')).toHaveLength(1)
  })

  test('R11 served twice, since its lease had lapsed, is an overlap', async () => {
    const { decide, books, clock } = await sold()
    const slow = passOf(await decide())
    clock.ms += 30_001
    await passOf(await decide()).finish(SERVED)
    await slow.finish(SERVED)
    expect(books.slice(2).map(({ movement }) => movement)).toEqual(['claimed', 'claimed', 'kept', 'overlap'])
  })

  test('R27 of a revoked payment is spent, whatever is left of it', async () => {
    const { gate, decide, lightning } = await sold({}, 100)
    passOf(await decide())
    await gate.revoke(lightning.invoices[0]?.paymentHash ?? '')
    expect(refusalOf(await decide()).code).toBe('credential_spent')
    const other = await sold()
    await other.gate.revoke(other.lightning.invoices[0]?.paymentHash ?? '')
    expect(refusalOf(await other.decide()).code).toBe('credential_spent')
    await expect(gate.revoke('not a hash')).rejects.toMatchObject({ code: 'option_invalid' })
  })

  test('R27 that is running while its payment is revoked does not come back', async () => {
    const { gate, decide, lightning } = await sold()
    const running = passOf(await decide())
    await gate.revoke(lightning.invoices[0]?.paymentHash ?? '')
    await running.finish(FAILED)
    expect(refusalOf(await decide()).code).toBe('credential_spent')
  })
})

describe('the books', () => {
  test('say of each movement what it was about, and name a payment by sixteen digits of its hash', async () => {
    const { decide, books, lightning } = await sold({}, 2)
    await passOf(await decide()).finish(SERVED)
    const payment = lightning.invoices[0]?.paymentHash.slice(0, 16)
    const about = {
      payment,
      policy: 'search',
      resource: 'search',
      callerClass: 'anonymous',
      amountMsat: 10_000,
      uses: 2,
    }
    expect(books.map(({ movement }) => movement)).toEqual(['minted', 'settled', 'claimed', 'kept'])
    for (const { movement, ...entry } of books) expect(entry).toEqual({ type: 'payment', ...about })
  })

  test('are a line of JSON for each movement, its members in order', async () => {
    const { decide, audit, lightning } = await sold()
    await passOf(await decide()).finish(FAILED)
    const payment = lightning.invoices[0]?.paymentHash.slice(0, 16)
    const rest = `"payment":"${payment}","policy":"search","resource":"search","class":"anonymous","msat":10000,"uses":1}`
    expect(audit).toEqual(
      ['minted', 'settled', 'claimed', 'givenBack'].map(
        (movement) =>
          `{"v":1,"at":"2027-01-15T08:00:00.000Z","gate":"my-api","movement":"${movement}",${rest}`,
      ),
    )
  })

  test('of a path that a client chose are one line, and a short one', async () => {
    const paid = paidGate()
    const policy = paid.gate.policy({ require: sats(10) })
    await paid.gate.decide(request({ path: `/\n"${'x'.repeat(3000)}` }), policy)
    expect(paid.audit).toHaveLength(1)
    expect(paid.audit[0]).not.toContain('\n')
    expect(JSON.parse(paid.audit[0] ?? '').resource).toHaveLength(200)
    expect(paid.books[0]?.resource).toHaveLength(200)
  })

  test.each<[string, GateOptions]>([
    [
      'throws',
      {
        audit: () => {
          throw new Error('disk full')
        },
      },
    ],
    ['rejects', { audit: () => Promise.reject(new Error('disk full')) }],
  ])('that cannot be written, since the log %s, say so, and the call goes on', async (_, options) => {
    const { decide, lines } = await sold(options)
    passOf(await decide())
    await pause(0)
    expect(lines.filter((line) => line.includes('audit_failed'))).toHaveLength(1)
  })
})

test('lines that are being written when the gate closes are waited for', async () => {
  const written: string[] = []
  const { gate, decide } = await sold({
    audit: async (line) => {
      await pause(20)
      written.push(line)
    },
  })
  await passOf(await decide()).finish(SERVED)
  await gate.close()
  expect(written.map((line) => /"movement":"(\w+)"/.exec(line)?.[1])).toEqual([
    'minted',
    'settled',
    'claimed',
    'kept',
  ])
})

test('a line that never gets written does not keep the gate from closing for good', async () => {
  const { gate } = await sold({ audit: () => Promise.reject(new Error('disk full')) })
  await gate.close()
})
