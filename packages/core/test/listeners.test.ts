import { describe, expect, test } from '@jest/globals'
import { passOf, request, testGate } from './requests.ts'

/** A gate with a call that makes one `admitted`. */
function admitting() {
  const made = testGate()
  const policy = made.gate.policy({})
  return { ...made, call: async () => passOf(await made.gate.decide(request(), policy)) }
}

describe('a listener', () => {
  test('that throws, or rejects, is reported and disturbs neither the call nor the others', async () => {
    const { gate, call, lines } = admitting()
    let heard = 0
    gate.on('admitted', () => {
      throw new Error('broken')
    })
    const rejecting = async (): Promise<void> => await Promise.reject(new Error('late'))
    const asynchronous: () => unknown = rejecting
    gate.on('admitted', asynchronous)
    gate.on('admitted', () => (heard += 1))
    await call()
    await new Promise((resolve) => setTimeout(resolve, 1))
    expect(heard).toBe(1)
    expect(lines.filter((line) => line.includes('a listener threw'))).toEqual([
      'turnpike: a listener threw: Error: broken',
      'turnpike: a listener threw: Error: late',
    ])
  })

  test('taken off twice takes nobody else off', async () => {
    const { gate, call } = admitting()
    let heard = 0
    const off = gate.on('admitted', () => undefined)
    off()
    gate.on('admitted', () => (heard += 1))
    off()
    await call()
    expect(heard).toBe(1)
  })

  test('that takes itself off hears no more, and the others of the event do', async () => {
    const { gate, call } = admitting()
    const heard: string[] = []
    const off = gate.on('admitted', () => {
      heard.push('once')
      off()
    })
    gate.on('admitted', () => heard.push('always'))
    await call()
    await call()
    expect(heard).toEqual(['once', 'always', 'always'])
  })

  test('put on by a listener hears the next event, not the one that is told', async () => {
    const { gate, call } = admitting()
    let heard = 0
    const listen = (): void => {
      heard += 1
      if (heard > 10) return
      const before = off
      off = gate.on('admitted', listen)
      before()
    }
    let off = gate.on('admitted', listen)
    await call()
    expect(heard).toBe(1)
    await call()
    expect(heard).toBe(2)
  })
})

describe('the clock', () => {
  test('is looked at while somebody listens to times, and not before or after', async () => {
    const { gate, call } = admitting()
    const real = performance.now.bind(performance)
    let looks = 0
    performance.now = () => {
      looks += 1
      return real()
    }
    try {
      await call()
      expect(looks).toBe(0)
      const off = gate.on('decided', () => undefined)
      await call()
      expect(looks).toBe(2)
      off()
      await call()
      expect(looks).toBe(2)
    } finally {
      performance.now = real
    }
  })
})

describe('a log', () => {
  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no log')
      },
    ],
    ['rejects', async () => await Promise.reject(new Error('no log'))],
  ])('that %s costs nobody the call', async (_, log) => {
    const { gate } = testGate({ log })
    gate.on('admitted', () => {
      throw new Error('broken')
    })
    gate.warn('address_unknown', 'a warning')
    const pass = passOf(await gate.decide(request({ ip: undefined }), gate.policy({})))
    await pass.finish({ kind: 'completed', status: 200 })
    expect(gate.status().warnings).toMatchObject([{ code: 'address_unknown', times: 1 }])
  })
})

describe('a warning', () => {
  test('is one line of the log, whatever a client or a backend put into it', async () => {
    const { gate, lines } = testGate()
    gate.warn('address_unknown', 'of \u001b[2Jone\nturnpike: \u009b2J\u2028another')
    expect(lines.at(-1)).toMatch(/^[ -~]+$/)
    expect(lines.at(-1)).toContain('of \\u001b[2Jone\\u000aturnpike')
    gate.on('admitted', () => {
      throw new Error('\u001b[2J')
    })
    passOf(await gate.decide(request(), gate.policy({})))
    expect(lines.at(-1)).toBe('turnpike: a listener threw: Error: \\u001b[2J')
  })
})
