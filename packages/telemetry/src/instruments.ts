import type { Meter } from '@opentelemetry/api'

/** Seconds. A decision in memory takes microseconds, one on Redis a millisecond, one that waits for an invoice up to a second. */
const DURATION_BOUNDARIES = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
]

export type Instruments = ReturnType<typeof createInstruments>

/** All instruments: names and units are stable, and stand in `docs/observability.md`. */
export function createInstruments(meter: Meter) {
  const counter = (name: string, unit: string, description: string) =>
    meter.createCounter(name, { unit, description })
  return {
    decisions: counter('turnpike.decisions', '{decision}', 'Calls that a policy admitted or refused.'),
    durations: meter.createHistogram('turnpike.decision.duration', {
      unit: 's',
      description: 'Time from the question to the decision.',
      advice: { explicitBucketBoundaries: DURATION_BOUNDARIES },
    }),
    refusals: counter(
      'turnpike.refusals',
      '{call}',
      'Calls refused, or in mode observe let through all the same.',
    ),
    resumptions: counter('turnpike.resumptions', '{call}', 'Held calls that went on.'),
    active: meter.createUpDownCounter('turnpike.calls.active', {
      unit: '{call}',
      description: 'Admitted calls that have not ended.',
    }),
    endings: counter(
      'turnpike.endings',
      '{call}',
      'Calls that ended, and what became of what they had taken.',
    ),
    issued: counter('turnpike.issued', '{offer}', 'Refusals and challenge answers with an offer.'),
    payments: counter(
      'turnpike.payments',
      '{movement}',
      'Movements of payments and of uses that were paid for.',
    ),
    received: counter('turnpike.sats.received', '{sat}', 'Payments seen to arrive.'),
    earned: counter('turnpike.sats.earned', '{sat}', 'Share of their payment of calls that were served.'),
    metered: counter('turnpike.meter.units', '{unit}', 'Units of meters that ended calls came to.'),
    overlaps: counter('turnpike.overlaps', '{call}', 'Paid uses served twice, because a lease had lapsed.'),
    storeFailures: counter(
      'turnpike.store.failures',
      '{failure}',
      'Decisions and endings that the store did not take.',
    ),
    warnings: counter('turnpike.warnings', '{warning}', 'Warnings, each code at most once a minute.'),
  }
}
