import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createGate } from '@turnpike/core'
import { instrument } from '@turnpike/telemetry'
import { CALLER, createBusyGate, keepBusy, passOf, request } from './busy-gate.ts'
import { type Sample, samplesOf, startExporter } from './scrape.ts'

let exporter: Awaited<ReturnType<typeof startExporter>>
let text = ''
let samples: readonly Sample[] = []

beforeAll(async () => {
  exporter = await startExporter()
  const busy = createBusyGate()
  instrument(busy.gate, { meter: exporter.meter, tracer: false })
  await keepBusy(busy)
  text = await exporter.scrape()
  samples = samplesOf(text)
})
afterAll(async () => await exporter.stop())

/** Sum of all samples of a name with these labels. */
function valueOf(name: string, labels: Readonly<Record<string, string>> = {}): number {
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0)
}

describe('metrics, scraped from the exporter for Prometheus', () => {
  test.each([
    ['turnpike_decisions_total', { turnpike_outcome: 'admitted', turnpike_way: 'free' }, 5],
    ['turnpike_decisions_total', { turnpike_outcome: 'admitted', turnpike_way: 'pow' }, 1],
    ['turnpike_decisions_total', { turnpike_outcome: 'admitted', turnpike_way: 'lightning' }, 2],
    ['turnpike_decisions_total', { turnpike_outcome: 'admitted', turnpike_class: 'agent' }, 2],
    ['turnpike_decisions_total', { turnpike_outcome: 'refused', turnpike_policy: 'search' }, 3],
    ['turnpike_refusals_total', { turnpike_mode: 'enforce', turnpike_code: 'proof_required' }, 2],
    ['turnpike_refusals_total', { turnpike_mode: 'enforce', http_response_status_code: '503' }, 1],
    ['turnpike_refusals_total', { turnpike_mode: 'observe', turnpike_code: 'ceiling_reached' }, 1],
    ['turnpike_decision_duration_count', { turnpike_outcome: 'pass' }, 9],
    ['turnpike_decision_duration_count', { turnpike_outcome: 'refuse' }, 3],
    ['turnpike_resumptions_total', { turnpike_policy: 'soon' }, 1],
    ['turnpike_calls_active', { turnpike_policy: 'search' }, 0],
    ['turnpike_calls_active', { turnpike_policy: 'soon' }, 4],
    ['turnpike_endings_total', { turnpike_ending: 'aborted', turnpike_way: 'pow' }, 1],
    ['turnpike_endings_total', { turnpike_claims: 'kept', turnpike_way: 'lightning' }, 2],
    ['turnpike_issued_total', {}, 2],
    ['turnpike_payments_total', { turnpike_movement: 'settled' }, 2],
    ['turnpike_payments_total', { turnpike_movement: 'overlap' }, 1],
    ['turnpike_sats_received_total', {}, 20],
    ['turnpike_sats_earned_total', {}, 10],
    ['turnpike_meter_units_total', { turnpike_policy: 'ask', turnpike_meter: 'tokens' }, 25],
    ['turnpike_overlaps_total', {}, 1],
    ['turnpike_store_failures_total', { turnpike_during: 'decision' }, 1],
    ['turnpike_warnings_total', { turnpike_code: 'store_failed' }, 1],
  ] as const)('%s %j is %d', (name, labels, expected) => {
    expect(samples.some((sample) => sample.name === name)).toBe(true)
    expect(valueOf(name, labels)).toBe(expected)
  })

  test('hold words of ours, names of gate and policies, and classes; nobody and nothing secret', () => {
    const allowed = new Set(
      'gate policy class way outcome code mode ending claims movement during meter'
        .split(' ')
        .map((name) => `turnpike_${name}`),
    )
    const stray = samples
      .filter(({ name }) => name.startsWith('turnpike_'))
      .flatMap(({ labels }) => Object.keys(labels))
      .filter((label) => !allowed.has(label))
    expect([...new Set(stray)].toSorted()).toEqual(['http_response_status_code', 'le', 'otel_scope_name'])
    for (const canary of Object.values(CALLER)) expect(text).not.toContain(canary)
  })

  test('have the gate that they are about', () => {
    const without = samples.filter(
      ({ name, labels }) => name.startsWith('turnpike_') && labels['turnpike_gate'] !== 'my-api',
    )
    expect([samples.length > 20, without]).toEqual([true, []])
  })
})

describe('the number of time series', () => {
  test('stays bounded when a mistake makes a class of every caller and a policy of every request', async () => {
    const { meter, scrape, stop } = await startExporter()
    let caller = 0
    const gate = createGate({
      log: () => undefined,
      caller: () => ({ class: `class of ${(caller += 1)}`, id: 'one' }),
    })
    instrument(gate, { meter, tracer: false })
    for (let call = 0; call < 300; call += 1) {
      const policy = gate.policy({ name: call < 100 ? 'one' : `policy of ${call}` })
      await passOf(await gate.decide(request(), policy)).finish({ kind: 'completed', status: 200 })
    }
    const decisions = samplesOf(await scrape()).filter(({ name }) => name === 'turnpike_decisions_total')
    const valuesOf = (label: string) => new Set(decisions.map(({ labels }) => labels[label]))
    expect(valuesOf('turnpike_class').size).toBe(51)
    expect(valuesOf('turnpike_class').has('other')).toBe(true)
    expect(valuesOf('turnpike_policy').size).toBe(201)
    await stop()
  })
})
