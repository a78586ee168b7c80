import { describe, expect, test } from '@jest/globals'
import { createGate } from '@turnpike/core'
import { instrument } from '@turnpike/telemetry'
import { passOf, request } from './busy-gate.ts'
import { samplesOf, startExporter } from './scrape.ts'

describe('instrument', () => {
  const gate = createGate({ log: () => undefined })

  test('refuses what is no gate, and options that there are not', () => {
    expect(() => instrument({} as never)).toThrow(/takes a gate.*option_invalid/s)
    expect(() => instrument(gate, { metre: undefined } as never)).toThrow(/'metre'.*option_unknown/s)
  })

  test('without an SDK costs nobody the call', async () => {
    const end = instrument(gate)
    passOf(await gate.decide(request(), gate.policy({})))
    end()
  })

  test('ends when it is told to', async () => {
    const { meter, scrape, stop } = await startExporter()
    const end = instrument(gate, { meter, tracer: false })
    const policy = gate.policy({})
    passOf(await gate.decide(request(), policy))
    end()
    passOf(await gate.decide(request(), policy))
    const admitted = samplesOf(await scrape()).filter(({ name }) => name === 'turnpike_decisions_total')
    expect(admitted.map(({ value }) => value)).toEqual([1])
    await stop()
  })

  test('twice on one gate, for two meters, each count all', async () => {
    const two = [await startExporter(), await startExporter()]
    const ends = two.map(({ meter }) => instrument(gate, { meter, tracer: false }))
    passOf(await gate.decide(request(), gate.policy({})))
    for (const end of ends) end()
    for (const { scrape, stop } of two) {
      const decisions = samplesOf(await scrape()).filter(({ name }) => name === 'turnpike_decisions_total')
      expect(decisions.map(({ value }) => value)).toEqual([1])
      await stop()
    }
  })

  test('begun and ended while calls run leaves none of them in flight, and none less than none', async () => {
    const { meter, scrape, stop } = await startExporter()
    const active = async () =>
      samplesOf(await scrape())
        .filter(({ name }) => name === 'turnpike_calls_active')
        .map(({ value }) => value)
    const policy = gate.policy({ name: 'running' })
    const call = async () => passOf(await gate.decide(request(), policy))
    const earlier = await call()
    const end = instrument(gate, { meter, tracer: false })
    const later = [await call(), await call()]
    expect(await active()).toEqual([2])
    for (const one of [earlier, ...later]) await one.finish({ kind: 'completed', status: 200 })
    expect(await active()).toEqual([0])
    await call()
    end()
    end()
    expect(await active()).toEqual([0])
    await stop()
  })
})
