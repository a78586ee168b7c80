import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PASSWORD, playMoney } from './play-money.ts'
import { serve, stopServers } from './scripted-gate.ts'
import { turnpike } from './turnpike.ts'

const folder = mkdtempSync(join(tmpdir(), 'turnpike-fetch-pay-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterAll(stopServers)

const money = playMoney()

/** Sells each call for 10 sats. */
const seller = serve((request, response) => {
  const [, preimage = ''] = /^L402 AgEB:([0-9a-f]{64})$/.exec(request.headers.authorization ?? '') ?? []
  if (money.isPreimage(preimage)) return void response.end('bought')
  response.setHeader('www-authenticate', `L402 macaroon="AgEB", invoice="${money.write(10).invoice}"`)
  response.writeHead(402).end()
})

describe('fetch with a wallet', () => {
  let ledger = ''
  let wallet = ''
  beforeEach(async () => {
    money.paid.length = 0
    ledger = join(folder, `${randomBytes(4).toString('hex')}.json`)
    wallet = await money.wallet()
  })

  const buy = async (args: readonly string[], env: Record<string, string> = { TURNPIKE_WALLET: wallet }) =>
    await turnpike(['fetch', await seller, '--ledger', ledger, ...args], { env })

  test('R35 pays up to --max-sats, and says so on request', async () => {
    const { exitCode, stdout, stderr } = await buy(['--max-sats', '20', '-v'])
    expect([exitCode, stdout]).toEqual([0, 'bought'])
    expect(stderr).toMatch(
      /^paying 10 sats, and up to 5 sats for routing\npaid 10 sats, and 1 sats for routing$/m,
    )
    expect(money.paid).toHaveLength(1)
    expect(stderr + readFileSync(ledger, 'utf8')).not.toContain(PASSWORD)
  })

  test('R35 pays nothing without --max-sats, wallet or not', async () => {
    const { exitCode, stderr } = await turnpike(['fetch', await seller], { env: { TURNPIKE_WALLET: wallet } })
    expect([exitCode, stderr, money.paid]).toEqual([
      4,
      expect.stringContaining('Nothing is paid without --max-sats'),
      [],
    ])
  })

  test('R35 a price above --max-sats is not paid, and ends with 4', async () => {
    const { exitCode, stdout, stderr } = await buy(['--max-sats', '9'])
    expect([exitCode, stdout, money.paid]).toEqual([4, '', []])
    expect(stderr).toMatch(/^error: .* asks 10 sats.*budget\.perCallSats is 9 sats/)
    expect(JSON.parse((await buy(['--max-sats', '9', '--json'])).stdout)).toMatchObject({
      error: expect.stringContaining('asks 10 sats'),
    })
  })

  test('R35 --per-day holds over calls, because the ledger is a file', async () => {
    const limits = ['--max-sats', '15', '--per-day', '25']
    expect(await buy(limits)).toMatchObject({ exitCode: 0 })
    const other = ['fetch', `${await seller}/other`, '--ledger', ledger, ...limits]
    const { exitCode, stderr } = await turnpike(other, { env: { TURNPIKE_WALLET: wallet } })
    expect([exitCode, stderr, money.paid.length]).toEqual([
      4,
      expect.stringContaining('budget.perDaySats is 25 sats'),
      1,
    ])
  })

  test('R35 takes the wallet from a file that its owner alone may read', async () => {
    const file = join(folder, 'wallet')
    writeFileSync(file, `${wallet}\n`)
    chmodSync(file, 0o644)
    const open = await buy(['--max-sats', '20'], { TURNPIKE_WALLET_FILE: file })
    expect([open.exitCode, open.stderr]).toEqual([1, expect.stringContaining(`chmod 600 ${file}`)])
    chmodSync(file, 0o600)
    expect(await buy(['--max-sats', '20'], { TURNPIKE_WALLET_FILE: file })).toMatchObject({
      exitCode: 0,
      stdout: 'bought',
    })
  })
})
