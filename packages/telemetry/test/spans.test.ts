import { afterEach, describe, expect, test } from '@jest/globals'
import {
  type Context,
  context,
  type ContextManager,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { createGate, pow } from '@turnpike/core'
import { instrument } from '@turnpike/telemetry'
import { AsyncLocalStorage } from 'node:async_hooks'
import { CALLER, request } from './busy-gate.ts'

/** What `@opentelemetry/context-async-hooks` does, in few lines. */
function contextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>()
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, fn, self, ...rest) => storage.run(active, () => Reflect.apply(fn, self, rest) as never),
    bind: (_active, target) => target,
    enable: () => manager,
    disable: () => manager,
  }
  return manager
}

function traced() {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const gate = createGate({ name: 'my-api', log: () => undefined })
  const end = instrument(gate, { meter: false, tracer: provider.getTracer('test') })
  const spans = () => exporter.getFinishedSpans().filter(({ name }) => name === 'turnpike.decide')
  return { gate, spans, end, tracer: provider.getTracer('of the request') }
}

afterEach(() => context.disable())

describe('turnpike.decide', () => {
  test('is a span with what was decided, and without who called', async () => {
    const { gate, spans } = traced()
    const policy = gate.policy({ name: 'search', free: '1/1m', require: pow(4) })
    await gate.decide(request(), policy)
    await gate.decide(request(), policy)
    const about = { 'turnpike.gate': 'my-api', 'turnpike.policy': 'search' }
    expect(spans().map(({ attributes }) => attributes)).toEqual([
      { ...about, 'turnpike.outcome': 'pass', 'turnpike.way': 'free' },
      {
        ...about,
        'turnpike.outcome': 'refuse',
        'turnpike.code': 'proof_required',
        'http.response.status_code': 402,
      },
    ])
    expect(spans().map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET, SpanStatusCode.UNSET])
    expect(JSON.stringify(spans().map(({ attributes, events }) => [attributes, events]))).not.toContain(
      CALLER.ip,
    )
  })

  test('is below the span of its request, for decisions that wait too', async () => {
    context.setGlobalContextManager(contextManager())
    const { gate, spans, tracer } = traced()
    const slow = gate.policy({
      name: 'slow',
      skip: async () => await new Promise((resolve) => setTimeout(resolve, 20, false)),
    })
    const ids = await Promise.all(
      ['one', 'two'].map((name) =>
        context.with(trace.setSpan(ROOT_CONTEXT, tracer.startSpan(name)), async () => {
          await gate.decide(request(), slow)
          return trace.getActiveSpan()?.spanContext().spanId
        }),
      ),
    )
    expect(spans().map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(ids)
    expect(new Set(ids).size).toBe(2)
  })

  test('has the times of the decision', async () => {
    const { gate, spans } = traced()
    const beganMs = Date.now()
    const slow = gate.policy({
      skip: async () => await new Promise((resolve) => setTimeout(resolve, 30, false)),
    })
    await gate.decide(request(), slow)
    const [span] = spans()
    const [seconds = 0, nanos = 0] = span?.startTime ?? []
    const startedMs = seconds * 1000 + nanos / 1e6
    // Clocks of a whole millisecond and of parts of one stand beside each other.
    expect(startedMs).toBeGreaterThan(beganMs - 5)
    expect(startedMs).toBeLessThan(Date.now() - 25 + 5)
    const [tookSeconds = 9, tookNanos = 0] = span?.duration ?? []
    expect(tookSeconds * 1000 + tookNanos / 1e6).toBeGreaterThanOrEqual(25)
  })

  test('stays beside the span of its request when the clock of the machine was set', async () => {
    const { gate, spans } = traced()
    const policy = gate.policy({})
    const real = Date.now
    const hour = 3_600_000
    const beganMs = real()
    Date.now = () => real() + hour
    try {
      await gate.decide(request(), policy)
    } finally {
      Date.now = real
    }
    const [seconds = 0] = spans()[0]?.startTime ?? []
    expect(seconds).toBeGreaterThanOrEqual(Math.floor((beganMs + hour) / 1000))
    expect(seconds).toBeLessThanOrEqual(Math.ceil((real() + hour) / 1000))
  })

  test('is an error where nothing could be decided', async () => {
    const { gate, spans } = traced()
    const broken = gate.policy({ skip: () => Promise.reject(new Error('a message with a secret')) })
    await expect(gate.decide(request(), broken)).rejects.toThrow('a message')
    expect(spans()).toMatchObject([
      { status: { code: SpanStatusCode.ERROR }, attributes: { 'turnpike.outcome': 'fault' } },
    ])
    expect(JSON.stringify([spans()[0]?.attributes, spans()[0]?.events, spans()[0]?.status])).not.toContain(
      'secret',
    )
  })

  test('is no more after the end', async () => {
    const { gate, spans, end } = traced()
    end()
    await gate.decide(request(), gate.policy({}))
    expect(spans()).toEqual([])
  })
})
