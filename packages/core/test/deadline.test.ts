import { describe, expect, test } from '@jest/globals'
import { type Deadline, DeadlineError, within } from '../src/deadline.ts'

describe('a deadline', () => {
  test('aborts the signal of work that never answers', async () => {
    const signals: AbortSignal[] = []
    const never = ({ signal }: Deadline) => {
      signals.push(signal)
      return new Promise<never>(() => undefined)
    }
    await expect(within(5, never)).rejects.toThrow(DeadlineError)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })

  test('has aborted a signal that is asked for when time is up', async () => {
    const given: Deadline[] = []
    const never = (deadline: Deadline) => {
      given.push(deadline)
      return new Promise<never>(() => undefined)
    }
    await expect(within(5, never)).rejects.toThrow(DeadlineError)
    expect(given.map(({ signal }) => signal.aborted)).toEqual([true])
  })

  test('leaves the signal of work that answers in time alone', async () => {
    const signals: AbortSignal[] = []
    const soon = async ({ signal }: Deadline) => signals.push(signal)
    await expect(within(5, soon)).resolves.toBe(1)
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
  })

  test('is one signal, however often it is asked for, and hands on what the work throws', async () => {
    const failing = async (deadline: Deadline) => {
      expect(deadline.signal).toBe(deadline.signal)
      throw new RangeError('no')
    }
    await expect(within(1000, failing)).rejects.toThrow(RangeError)
  })
})
