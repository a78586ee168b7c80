import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { AdmitOutcome } from '@turnpike/core'
import { lmdbStore } from '@turnpike/lmdb'
import { createExactLog } from '@turnpike/testkit'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { call, work } from './caller.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const ROUNDS = 10
const LONGEST_ROUND_MS = 400

const folders: string[] = []
let path = ''
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'turnpike-faults-'))
  folders.push(folder)
  path = join(folder, 'store.mdb')
})
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** A process that claims as fast as it can, and what it had acknowledged by the time it was killed. */
interface Writer {
  readonly spent: string[]
  readonly admittedMs: number[]
  kill(): Promise<void>
}

interface WriterReport {
  readonly spent: readonly string[]
  readonly admittedMs: readonly number[]
}

const running = new Set<ChildProcess>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
})

function startWriter(sync: string): Writer {
  const child = fork(join(import.meta.dirname, 'servers/lmdb-writer.js'), [path, sync], { execArgv: [] })
  running.add(child)
  const writer: Writer = {
    spent: [],
    admittedMs: [],
    kill: async () => {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      const [, signal] = await gone
      running.delete(child)
      expect(signal).toBe('SIGKILL')
    },
  }
  child.on('message', ({ spent, admittedMs }: WriterReport) => {
    writer.spent.push(...spent)
    writer.admittedMs.push(...admittedMs)
  })
  return writer
}

async function hasAcknowledged(writer: Writer, more: number): Promise<void> {
  const enough = writer.spent.length + more
  const deadline = Date.now() + 20_000
  while (writer.spent.length < enough) {
    if (Date.now() > deadline) throw new Error('nothing is acknowledged any more')
    await pause(5)
  }
}

/** @returns what claiming the solutions once more comes to */
async function claimAgain(credentials: readonly string[]): Promise<readonly AdmitOutcome[]> {
  const store = lmdbStore(path)
  const claims = credentials.map(async (credential) => {
    const claim = { credential, shard: 0, claimId: 'again', uses: 1, leaseMs: 1000, settled: true }
    const way = { windows: [], claims: [{ ...claim, lapse: 'keep' as const, expiresAtMs: 4e12 }] }
    return await store.admit({ shard: 0, common: [], ways: [way], otherwise: [] })
  })
  const outcomes = await Promise.all(claims)
  await store.close()
  return outcomes
}

describe.each(['everySecond', 'always'])('two processes on one LMDB file, sync %s', (sync) => {
  test(`R11 R12 killed ${ROUNDS} times at any moment lose nothing that was acknowledged, and hold up nobody`, async () => {
    const spent: string[] = []
    const log = createExactLog()
    for (let round = 0; round < ROUNDS; round += 1) {
      const [victim, survivor] = [startWriter(sync), startWriter(sync)]
      await Promise.all([hasAcknowledged(victim, 8), hasAcknowledged(survivor, 8)])
      await pause(Math.random() * LONGEST_ROUND_MS)
      await victim.kill()
      await hasAcknowledged(survivor, 100)
      await survivor.kill()
      for (const { spent: some, admittedMs } of [victim, survivor]) {
        spent.push(...some)
        for (const atMs of admittedMs) log.add(atMs, 1)
      }
      const outcomes = await claimAgain(spent)
      const lost = outcomes.filter((outcome) => outcome.outcome !== 'refused')
      expect([round, lost]).toEqual([round, []])
    }
    expect(spent.length).toBeGreaterThan(100 * ROUNDS)
    expect(log.mostWithin(200)).toBeLessThanOrEqual(100)
  })
})

describe('a server on an LMDB file, killed and started again', () => {
  let server: ServerProcess | undefined
  afterEach(async () => await server?.end())

  test('R15 refuses what was spent, and honours what was issued before', async () => {
    const launch = { env: { LMDB_FILE: path } }
    server = await startServer(launch)
    const spent = await work(server.url, '/paid')
    const unspent = await work(server.url, '/paid')
    expect(await call(server.url, '/paid', spent)).toMatchObject({ status: 200 })
    await pause(1100)
    server.kill('SIGKILL')
    await server.exited
    server = await startServer(launch)
    expect(await call(server.url, '/paid', spent)).toEqual({ status: 402, code: 'credential_spent' })
    expect(await call(server.url, '/paid', unspent)).toMatchObject({ status: 200 })
  })

  test('stops by itself when it is asked to', async () => {
    server = await startServer({ env: { LMDB_FILE: path } })
    expect(await call(server.url, '/open')).toMatchObject({ status: 200 })
    server.kill('SIGTERM')
    expect(await server.exited).toEqual({ code: 0, signal: null })
  })
})
