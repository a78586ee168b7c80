import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { anyOf, memoryStore, pow, sats } from '@turnpike/core'
import { turnpike as createTurnpike } from '@turnpike/node'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { playMoney } from './play-money.ts'
import { serve, stopServers } from './scripted-gate.ts'
import { turnpike } from './turnpike.ts'

const folder = mkdtempSync(join(tmpdir(), 'turnpike-both-'))
const audit = join(folder, 'audit.jsonl')
const money = playMoney()
afterAll(stopServers)
afterAll(() => rmSync(folder, { recursive: true }))

describe('at a gate that sells for work and for sats', () => {
  let url = ''
  beforeAll(async () => {
    const { protect, endpoints } = createTurnpike({
      name: 'both-ways',
      secret: 'a secret of this test, long enough to be one',
      store: memoryStore(),
      lightning: money,
      audit: (line) => appendFileSync(audit, `${line}\n`),
      log: () => undefined,
    })
    const gated = protect(anyOf(pow(2), sats(10)), { name: 'search' })(
      (_, response) => void response.end('found'),
    )
    url = `${await serve(endpoints()(gated))}/search`
  })

  test('doctor sees both, and no mistake', async () => {
    const { exitCode, stdout } = await turnpike(['doctor', url])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^ {2}work +256 hashes, difficulty 2\n {2}pay +10 sats\nNo mistakes found\.$/m)
  })

  test('R35 fetch works rather than pay, and pays when told to', async () => {
    expect(await turnpike(['fetch', url])).toEqual({ exitCode: 0, stdout: 'found', stderr: '' })
    expect(money.paid).toEqual([])
    const env = { TURNPIKE_WALLET: await money.wallet() }
    const limits = ['--max-sats', '20', '--prefer', 'pay', '--ledger', join(folder, 'ledger.json')]
    const { exitCode, stdout, stderr } = await turnpike(['fetch', url, ...limits, '-v'], { env })
    expect([exitCode, stdout]).toEqual([0, 'found'])
    expect(stderr).toMatch(/^paid 10 sats/m)
    expect(money.paid).toHaveLength(1)
  })

  test('earnings reads the audit log that the gate has written, and finds that payment', async () => {
    const { stdout } = await turnpike(['earnings', audit, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      rows: [
        {
          day: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
          resource: 'search',
          callerClass: 'anonymous',
          settled: 1,
          settledMsat: 10_000,
          kept: 1,
          keptMsat: 10_000,
        },
      ],
      unread: { unknown: 0, torn: 0 },
    })
  })
})
