import { type Attributes, SpanStatusCode, type Tracer } from '@opentelemetry/api'
import type { DecidedEvent, Gate } from '@turnpike/core'

/**
 * One span per decision, below the span of the request. Made when the decision is known: it has its true times, but is
 * parent of nothing that the store or the key set reports meanwhile.
 *
 * @returns what ends it
 */
export function recordSpans({ name, on }: Gate, tracer: Tracer): readonly (() => void)[] {
  return [
    on('decided', (event) => {
      // As SDKs tell the time: a monotonic clock leaves it behind wherever the machine slept or its clock was set.
      const endMs = Date.now()
      const startTime = endMs - event.durationMs
      const span = tracer.startSpan('turnpike.decide', { startTime, attributes: attributesOf(name, event) })
      // A refusal is what the gate is for; only what kept it from deciding is an error.
      if (event.outcome === 'fault') span.setStatus({ code: SpanStatusCode.ERROR })
      span.end(endMs)
    }),
  ]
}

function attributesOf(gate: string, { policy, outcome, way, status, code }: DecidedEvent): Attributes {
  return {
    'turnpike.gate': gate,
    'turnpike.policy': policy,
    'turnpike.outcome': outcome,
    ...(way && { 'turnpike.way': way }),
    ...(code && { 'turnpike.code': code }),
    ...(status && { 'http.response.status_code': status }),
  }
}
