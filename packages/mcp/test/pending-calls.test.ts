import { describe, expect, test } from '@jest/globals'
import { createGate, type Pass } from '@turnpike/core'
import { PendingCalls } from '../src/pending-calls.ts'

async function anyPass(): Promise<Pass> {
  const gate = createGate({ secret: 'a secret of the tests, long enough to be one', log: () => undefined })
  const view = { method: 'POST', path: '/', header: () => undefined, body: () => undefined }
  const decision = await gate.decide({ ...view, ip: '192.0.2.1' }, gate.policy({ free: '9/1m' }))
  await gate.close()
  if (decision.outcome !== 'pass') throw new Error('a free call was refused')
  return decision
}

describe('calls in flight', () => {
  test.each([
    ['is answered', (calls: PendingCalls) => void calls.take(1)],
    ['is taken back', (calls: PendingCalls) => calls.cancel(1)],
    ['loses its transport', (calls: PendingCalls) => calls.cancelAll()],
  ])('let go of the decision when one %s: old tables of the map keep what was pending', async (_how, end) => {
    const calls = new PendingCalls()
    const pending = calls.add(1, 'call')
    pending.pass = await anyPass()
    end(calls)
    expect(calls.has(1)).toBe(false)
    expect(pending.pass).toBeUndefined()
  })
})
