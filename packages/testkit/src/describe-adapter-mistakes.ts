import { describe, expect, test } from '@jest/globals'
import type { AdapterSubject } from './adapter-subject.ts'

/** Mistakes of the operator: named for the operator, and never shown to the caller. */
export function describeMistakes(subject: AdapterSubject): void {
  describe('mistake', () => {
    describeErrors(subject)
    describeWarnings(subject)
  })
}

function describeErrors(subject: AdapterSubject): void {
  test('R4 two requirements on one request are a named error, and nobody gets in', async () => {
    const since = await subject.mark()
    const visitor = subject.visitor()
    const headers = await visitor.work({ path: '/paid' })
    const answer = await visitor.send({ path: '/clash', headers })
    expect(answer.status).toBe(500)
    expect(answer.text).not.toMatch(/requirement|policy|inner/)
    const events = await subject.server.until((all) => all.some(({ type }) => type === 'error'), since)
    expect(events.find(({ type }) => type === 'error')).toMatchObject({ code: 'two_requirements' })
    expect(events.filter(({ type }) => type === 'started')).toEqual([])
  })

  test("an operator's function that throws reaches the framework's error handler, and nobody gets in", async () => {
    const since = await subject.mark()
    const answer = await subject.visitor().send({ path: '/exempting', headers: { 'x-exempt': 'broken' } })
    expect(answer.status).toBe(500)
    expect(answer.text).not.toMatch(/operator/)
    const events = await subject.server.until((all) => all.some(({ type }) => type === 'error'), since)
    expect(events).toEqual([{ type: 'error', message: "the operator's own function broke" }])
  })
}

function describeWarnings(subject: AdapterSubject): void {
  const warningsOf = (code: string): number =>
    subject.server.events.filter((event) => event.type === 'warning' && event['code'] === code).length

  test('R4 two gates on one request are named once, and the request goes on', async () => {
    const visitor = subject.visitor()
    const first = await visitor.send({ path: '/two-gates' })
    const second = await visitor.send({ path: '/two-gates' })
    expect([first.status, second.status, warningsOf('two_gates')]).toEqual([200, 200, 1])
  })

  test('JSON-RPC behind a requirement is named once', async () => {
    const request = {
      method: 'POST',
      path: '/rpc',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize' }),
    }
    const visitor = subject.visitor()
    expect((await visitor.send(request)).status).toBe(402)
    expect((await visitor.send(request)).status).toBe(402)
    expect(warningsOf('json_rpc_behind_protect')).toBe(1)
  })
}
