import { describe, expect, test } from '@jest/globals'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { metered, OK, soon } from './metered.ts'
import { passOf, refusalOf } from './requests.ts'

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
}

describe('a streaming handler', () => {
  test('debits as it goes, in steps of the estimate, and knows what is left', async () => {
    const { decide, used, calls } = metered()
    const { admission, finish } = passOf(await decide())
    expect(admission.remaining('tokens')).toBe(100)
    const before = calls.admit
    for (let token = 0; token < 35; token += 1) {
      admission.meter('tokens', 1)
      await Promise.resolve()
    }
    await soon()
    expect(admission.remaining('tokens')).toBe(65)
    expect(calls.admit - before).toBeLessThanOrEqual(4)
    expect(await used()).toBe(40)
    await finish(OK)
    expect(await used()).toBe(35)
  })

  test('is told by a signal when the budget is gone, and what it uses after that blocks others', async () => {
    const { decide, used } = metered()
    const { admission, finish } = passOf(await decide())
    const [signal, any] = [admission.signal('tokens'), admission.signal()]
    expect(admission.signal('tokens')).toBe(signal)
    for (let tokens = 0; tokens < 99; tokens += 9) {
      admission.meter('tokens', 9)
      await soon()
    }
    expect([signal.aborted, any.aborted, admission.remaining('tokens')]).toEqual([false, false, 1])
    admission.meter('tokens', 9)
    await soon()
    expect([signal.aborted, any.aborted, admission.remaining('tokens')]).toEqual([true, true, 0])
    expect(signal.reason).toMatchObject({ code: 'meter_spent' })
    expect(admission.signal('tokens').aborted).toBe(true)
    await finish(OK)
    expect(await used()).toBe(108)
  })

  test('is told by the signal when others have used the budget up', async () => {
    const { decide } = metered()
    const first = passOf(await decide()).admission
    const second = passOf(await decide()).admission
    second.meter('tokens', 95)
    await soon()
    expect(first.signal('tokens').aborted).toBe(false)
    first.meter('tokens', 11)
    await soon()
    expect(first.signal('tokens').aborted).toBe(true)
  })

  test('keeps its signal through a garbage collection of everything else', async () => {
    const { decide } = metered()
    const { admission } = passOf(await decide())
    const heard: unknown[] = []
    admission.signal('tokens').addEventListener('abort', (event) => heard.push(event.type))
    collectGarbage()
    admission.meter('tokens', 101)
    await soon()
    expect(heard).toEqual(['abort'])
  })
})

describe('a meter while the store is down (R16)', () => {
  test('reserves in this process; what was used is charged when the store is back', async () => {
    const { decide, used, calls } = metered({ meters: { tokens: { limit: '20/1h', estimate: 10 } } })
    calls.isCut = true
    const { admission, finish } = passOf(await decide())
    passOf(await decide())
    refusalOf(await decide())
    expect(admission.remaining('tokens')).toBeUndefined()
    admission.meter('tokens', 7)
    await soon()
    calls.isCut = false
    await finish(OK)
    expect(await used()).toBe(7)
  })

  test('that goes down before the end is asked again until it takes what was used', async () => {
    const { decide, used, calls } = metered()
    const { admission, finish } = passOf(await decide())
    calls.isCut = true
    admission.meter('tokens', 33)
    const finished = finish(OK)
    await soon()
    calls.isCut = false
    await finished
    expect(await used()).toBe(33)
  })

  test('fails no handler, and tells a stream that its known budget is gone', async () => {
    const { decide, calls } = metered()
    const { admission } = passOf(await decide())
    const signal = admission.signal('tokens')
    calls.isCut = true
    admission.meter('tokens', 60)
    await soon()
    expect(signal.aborted).toBe(false)
    admission.meter('tokens', 60)
    await soon()
    expect(signal.aborted).toBe(true)
  })
})
