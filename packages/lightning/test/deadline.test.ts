import { describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { orDeadline, withDeadline } from '../src/deadline.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
const aborted = async (signal: AbortSignal): Promise<unknown> => {
  if (!signal.aborted) await once(signal, 'abort')
  return signal.reason
}
const never = async (): Promise<never> => await new Promise(() => undefined)

describe('withDeadline', () => {
  test('aborts after its time, also when garbage was collected meanwhile', async () => {
    const ended = withDeadline(30, new AbortController().signal, aborted)
    // In another task, where nothing on the stack holds what was made above.
    await new Promise((resolve) => setTimeout(resolve, 5))
    collectGarbage()
    await expect(ended).resolves.toMatchObject({ name: 'TimeoutError' })
  })

  test('aborts with the signal that it is given, for its reason', async () => {
    const controller = new AbortController()
    const ended = withDeadline(5000, controller.signal, aborted)
    controller.abort('left')
    await expect(ended).resolves.toBe('left')
    await expect(withDeadline(5000, controller.signal, aborted)).resolves.toBe('left')
  })

  test('leaves neither a timer nor a listener behind, however the work ends', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const { signal } = new AbortController()
    const seen: AbortSignal[] = []
    const work = async (own: AbortSignal): Promise<void> => void seen.push(own)
    await withDeadline(5000, signal, work)
    await withDeadline(5000, signal, async (own) => {
      await work(own)
      throw new Error('no')
    }).catch(() => undefined)
    signal.dispatchEvent(new Event('abort'))
    expect(seen.map((own) => own.aborted)).toEqual([false, false])
    expect(timers()).toBe(before)
  })
})

describe('orDeadline', () => {
  test('does not wait for work that heeds no signal', async () => {
    await expect(orDeadline(10, undefined, never)).rejects.toMatchObject({ name: 'TimeIsUp' })
  })

  test('does not begin when nobody waits any more', async () => {
    let begun = false
    const work = async (): Promise<void> => void (begun = true)
    await expect(orDeadline(5000, AbortSignal.abort(), work)).rejects.toMatchObject({ name: 'TimeIsUp' })
    expect(begun).toBe(false)
  })

  test('passes on what comes of the work', async () => {
    await expect(orDeadline(5000, undefined, async () => 'done')).resolves.toBe('done')
    const failing = async (): Promise<never> => await Promise.reject(new Error('no'))
    await expect(orDeadline(5000, undefined, failing)).rejects.toThrow('no')
  })
})
