import { type Meter, metrics, trace, type Tracer } from '@opentelemetry/api'
import { checkKnownOptions, type Gate, TurnpikeError, VERSION } from '@turnpike/core'
import { recordMetrics } from './metrics.ts'
import { recordSpans } from './spans.ts'

/** Where what a gate does is reported. */
export interface InstrumentOptions {
  /** Where metrics go (default: the global meter provider's); `false` for none. */
  readonly meter?: Meter | false
  /** Where spans go (default: the global tracer provider's); `false` for none. */
  readonly tracer?: Tracer | false
}

/** Instrumentation scope: `otel.scope.name`, in Prometheus `otel_scope_name`. */
const SCOPE = '@turnpike/telemetry'

/**
 * Reports what a gate does as OpenTelemetry metrics and spans, named in `docs/observability.md`. Attributes are the names of
 * gate and policies, classes of callers, ways and codes; never who calls. Without an SDK the API drops all of it.
 *
 * @example
 * const gate = createGate({ name: 'my-api', secret })
 * instrument(gate)
 * @returns a function that ends it
 * @throws TurnpikeError `option_unknown`, `option_invalid`
 */
export function instrument(gate: Gate, options: InstrumentOptions = {}): () => void {
  checkKnownOptions('instrument()', options, ['meter', 'tracer'])
  if (typeof gate?.on !== 'function') {
    throw new TurnpikeError('option_invalid', 'instrument() takes a gate, as createGate() makes it')
  }
  const { meter = metrics.getMeter(SCOPE, VERSION), tracer = trace.getTracer(SCOPE, VERSION) } = options
  const ends = [
    ...(meter === false ? [] : recordMetrics(gate, meter)),
    ...(tracer === false ? [] : recordSpans(gate, tracer)),
  ]
  return () => {
    for (const end of ends) end()
  }
}
