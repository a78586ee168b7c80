import { describe, expect, test } from '@jest/globals'
import { createGate } from '../src/create-gate.ts'
import { memoryStore } from '../src/memory-store.ts'
import { nameMemoryStore } from '../src/memory-workers.ts'
import { createWarnings } from '../src/warnings.ts'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const alone = { getBuiltinModule: () => ({ isWorker: false }) }
const worker = { getBuiltinModule: () => ({ isWorker: true }) }

function codesOf(isChosen: boolean, ...surroundings: readonly Parameters<typeof nameMemoryStore>[2][]) {
  const codes: string[] = []
  const warnings = createWarnings(
    (event) => void (event.type === 'warning' && codes.push(event.code)),
    () => undefined,
    () => 0,
  )
  for (const one of surroundings) nameMemoryStore(warnings, isChosen, one)
  return codes
}

describe('the memory store', () => {
  test.each([
    ['in development', { ...alone, env: {} }, ['memory_store']],
    ['in production', { ...alone, env: { NODE_ENV: 'production' } }, ['memory_store']],
    ['in tests', { ...alone, env: { NODE_ENV: 'test' } }, []],
    ['in a worker of node:cluster', { ...worker, env: { NODE_ENV: 'test' } }, ['memory_store_workers']],
    ['in a later instance of pm2', { ...alone, env: { NODE_APP_INSTANCE: '3' } }, ['memory_store_workers']],
    ['in the only instance of pm2', { ...alone, env: { NODE_APP_INSTANCE: '0' } }, ['memory_store']],
    ['on an older Node', { env: {} }, ['memory_store']],
  ])('taken by default %s is named as it should be', (_, surroundings, codes) => {
    expect(codesOf(false, surroundings)).toEqual(codes)
  })

  test('taken by name is only named where there are several workers', () => {
    expect(codesOf(true, { ...alone, env: {} })).toEqual([])
    expect(codesOf(true, { ...worker, env: {} })).toEqual(['memory_store_workers'])
  })

  test('is named once for each gate, however often it is seen', () => {
    expect(codesOf(false, { ...alone, env: {} }, { ...alone, env: {} })).toEqual(['memory_store'])
  })

  test('of a gate is seen by the gate, default or by name, and other stores are not', () => {
    const before = process.env['NODE_APP_INSTANCE']
    process.env['NODE_APP_INSTANCE'] = '1'
    const said = (store?: ReturnType<typeof memoryStore>): string[] => {
      const lines: string[] = []
      const secret = 'a secret of the tests, long enough to be one'
      createGate({ secret, log: (line) => lines.push(line), ...(store ? { store } : {}) })
      return lines
    }
    try {
      expect(said()).toEqual([expect.stringContaining('memory_store_workers')])
      expect(said(memoryStore())).toEqual([expect.stringContaining('memory_store_workers')])
      expect(said({ ...memoryStore() })).toEqual([])
    } finally {
      if (before === undefined) delete process.env['NODE_APP_INSTANCE']
      else process.env['NODE_APP_INSTANCE'] = before
    }
  })

  test('is named in a real worker of node:cluster', async () => {
    const child = fork(join(import.meta.dirname, 'servers/cluster.js'), { execArgv: [], silent: true })
    let said = ''
    child.stderr?.on('data', (text: Buffer) => (said += text.toString()))
    await once(child, 'close')
    expect(said.match(/memory_store_workers:/g)).toHaveLength(2)
    expect(said).not.toContain('memory_store:')
  })
})
