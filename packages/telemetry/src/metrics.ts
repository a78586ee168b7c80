import type { Attributes, Meter } from '@opentelemetry/api'
import { createNameLimit, type Gate, type GateEvent } from '@turnpike/core'
import { createInstruments, type Instruments } from './instruments.ts'

/** Values of one attribute. Policies and classes are few, unless a mistake makes one of every request or caller. */
const MOST_POLICIES = 200
const MOST_CLASSES = 50

/** @returns what ends it */
export function recordMetrics(gate: Gate, meter: Meter): readonly (() => void)[] {
  const instruments = createInstruments(meter)
  const label = createLabels(gate.name)
  return [...countCalls(gate, instruments, label), ...countTroubles(gate, instruments, label)]
}

type Label = (about: {
  readonly policy?: string
  readonly callerClass?: string
  readonly rest?: Attributes
}) => Attributes

function createLabels(gate: string): Label {
  const policyLimit = createNameLimit(MOST_POLICIES)
  const classLimit = createNameLimit(MOST_CLASSES)
  return ({ policy, callerClass, rest }) => ({
    'turnpike.gate': gate,
    ...(policy === undefined ? {} : { 'turnpike.policy': policyLimit(policy) }),
    ...(callerClass === undefined ? {} : { 'turnpike.class': classLimit(callerClass) }),
    ...rest,
  })
}

function countCalls({ on }: Gate, instruments: Instruments, label: Label): readonly (() => void)[] {
  const { decisions, durations, resumptions, endings, issued } = instruments
  const calls = countActive((policy, by) => instruments.active.add(by, label({ policy })))
  const refuse = (mode: string) => (event: Extract<GateEvent, { type: 'refused' | 'observed' }>) => {
    const { status, code } = event
    const rest = { 'turnpike.code': code, 'turnpike.mode': mode, 'http.response.status_code': status }
    instruments.refusals.add(1, label({ ...event, rest }))
  }
  return [
    on('admitted', (event) => {
      const rest = { 'turnpike.outcome': 'admitted', 'turnpike.way': event.way }
      decisions.add(1, label({ ...event, rest }))
      calls.begin(event.policy)
    }),
    on('refused', (event) => decisions.add(1, label({ ...event, rest: { 'turnpike.outcome': 'refused' } }))),
    on('refused', refuse('enforce')),
    on('observed', refuse('observe')),
    on('decided', ({ policy, outcome, durationMs }) =>
      durations.record(durationMs / 1000, label({ policy, rest: { 'turnpike.outcome': outcome } })),
    ),
    on('resumed', (event) => {
      resumptions.add(1, label({ ...event, rest: { 'turnpike.way': event.way } }))
      calls.begin(event.policy)
    }),
    on('ended', ({ policy, way, ending, claims }) => {
      const rest = { 'turnpike.way': way, 'turnpike.ending': ending, 'turnpike.claims': claims }
      endings.add(1, label({ policy, rest }))
      calls.end(policy)
    }),
    on('issued', (event) => issued.add(1, label(event))),
    calls.forget,
  ]
}

/** Calls under way: those that began before somebody counted end uncounted, and those that run at the end are none. */
function countActive(add: (policy: string, by: number) => void) {
  const running = new Map<string, number>()
  const change = (policy: string, by: number) => {
    const count = (running.get(policy) ?? 0) + by
    if (count < 0) return
    if (count === 0) running.delete(policy)
    else running.set(policy, count)
    add(policy, by)
  }
  return {
    begin: (policy: string) => change(policy, 1),
    end: (policy: string) => change(policy, -1),
    forget: () => {
      for (const [policy, count] of running) change(policy, -count)
    },
  }
}

function countTroubles({ on }: Gate, instruments: Instruments, label: Label): readonly (() => void)[] {
  const { payments, received, earned, metered, overlaps, storeFailures, warnings } = instruments
  return [
    on('payment', (event) => {
      const { movement, amountMsat = 0, uses = 1 } = event
      payments.add(1, label({ ...event, rest: { 'turnpike.movement': movement } }))
      if (movement === 'settled') received.add(amountMsat / 1000, label(event))
      if (movement === 'kept') earned.add(amountMsat / 1000 / uses, label(event))
    }),
    on('metered', ({ policy, meter, units }) =>
      metered.add(units, label({ policy, rest: { 'turnpike.meter': meter } })),
    ),
    on('overlap', (event) => overlaps.add(1, label(event))),
    on('storeFailed', ({ during }) => storeFailures.add(1, label({ rest: { 'turnpike.during': during } }))),
    on('warning', ({ code }) => warnings.add(1, label({ rest: { 'turnpike.code': code } }))),
  ]
}
