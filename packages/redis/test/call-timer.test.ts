import { describe, expect, test } from '@jest/globals'
import { setTimeout as pause } from 'node:timers/promises'
import { createCallTimer } from '../src/call-timer.ts'

const never = (): Promise<string> => new Promise<string>(() => undefined)

describe('The timer of calls', () => {
  test('R16 ends each call that is not answered in time, when its own time is up', async () => {
    const timer = createCallTimer(60)
    const ends: string[] = []
    const watch = async (name: string) => {
      const beganMs = performance.now()
      await expect(timer.bounded(never())).rejects.toThrow('no answer within 60 ms')
      ends.push(name)
      return performance.now() - beganMs
    }
    const first = watch('first')
    await pause(30)
    const second = watch('second')
    expect(await first).toBeGreaterThan(58)
    expect(await second).toBeGreaterThan(58)
    expect(ends).toEqual(['first', 'second'])
  })

  test('hands on what comes in time, and goes on to bound what comes after a pause', async () => {
    const timer = createCallTimer(20)
    await expect(timer.bounded(Promise.resolve('reply'))).resolves.toBe('reply')
    await expect(timer.bounded(Promise.reject(new Error('LOADING')))).rejects.toThrow('LOADING')
    await pause(40)
    await expect(timer.bounded(Promise.resolve('reply'))).resolves.toBe('reply')
    await expect(timer.bounded(never())).rejects.toThrow('no answer within 20 ms')
  })
})
