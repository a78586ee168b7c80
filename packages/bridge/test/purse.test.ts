import { afterAll, describe, expect, test } from '@jest/globals'
import { BudgetExceededError } from '@turnpike/client'
import { run } from '@turnpike/bridge'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fetchWithin } from '../src/http-upstream.ts'
import { loadOptional } from '../src/optional-package.ts'
import { wordSpending } from '../src/spending-words.ts'
import { describeTrouble } from '../src/trouble.ts'
import { fakeIo } from './fake-io.ts'

const folder = mkdtempSync(join(tmpdir(), 'turnpike-purse-'))
afterAll(() => rmSync(folder, { recursive: true }))

const SECRET = 's3cret'
const WALLET = `phoenixd+http://:${SECRET}@127.0.0.1:9740`
const NWC = `nostr+walletconnect://${'a'.repeat(64)}?relay=wss%3A%2F%2Fr.example&secret=${'b'.repeat(64)}`
const ADDRESS = 'http://127.0.0.1:9/mcp'

const wallet = join(folder, 'wallet')
writeFileSync(wallet, WALLET)
chmodSync(wallet, 0o644)
const broken = join(folder, 'broken.json')
writeFileSync(broken, 'no ledger')

describe('a bridge that is to pay', () => {
  test.each<[string, Readonly<{ env?: Record<string, string>; args?: readonly string[] }>, number, RegExp]>([
    ['without a wallet', {}, 2, /--max-sats needs a wallet: its address in TURNPIKE_WALLET, or/],
    ['from what is no wallet', { env: { TURNPIKE_WALLET: SECRET } }, 2, /no address of a wallet/],
    [
      'from a file that is not there',
      { env: { TURNPIKE_WALLET_FILE: '/no/such' } },
      2,
      /cannot read \/no\/such/,
    ],
    ['from a file that others may read', { env: { TURNPIKE_WALLET_FILE: wallet } }, 2, /chmod 600/],
    [
      'by a ledger that is none',
      { env: { TURNPIKE_WALLET: WALLET }, args: ['--ledger', broken] },
      1,
      /ledger_unreadable/,
    ],
  ])('%s does not start (R35)', async (_what, { env = {}, args = [] }, exitCode, words) => {
    const { io, written } = fakeIo(env)
    expect([await run([ADDRESS, '--max-sats', '10', ...args], io), written.stdout]).toEqual([exitCode, ''])
    expect(written.log).toEqual([expect.stringMatching(words)])
    expect(written.log.join('')).not.toContain(SECRET)
  })

  test('by Nostr Wallet Connect, where Node has no WebSocket, says what to set', async () => {
    const socket = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket')
    Reflect.deleteProperty(globalThis, 'WebSocket')
    const { io, written } = fakeIo({ TURNPIKE_WALLET: NWC })
    try {
      expect(await run([ADDRESS, '--max-sats', '10'], io)).toBe(2)
    } finally {
      if (socket !== undefined) Object.defineProperty(globalThis, 'WebSocket', socket)
    }
    expect(written.log).toEqual([expect.stringContaining('NODE_OPTIONS=--experimental-websocket')])
  })
})

test('a package that is not there is named with the line that installs it', async () => {
  const name: string = '@turnpike/no-such-package'
  const load = async (): Promise<unknown> => await import(name)
  await expect(loadOptional('--max-sats', name, load)).rejects.toThrow(
    '--max-sats needs the package @turnpike/no-such-package: npm install @turnpike/no-such-package; with npx: npx -y -p @turnpike/bridge -p @turnpike/no-such-package turnpike-bridge ...',
  )
  await expect(loadOptional('--max-sats', 'other', load)).rejects.not.toThrow(/npm install/)
})

describe('refusals by HTTP status', () => {
  const asks = async (url: string | URL | Request): Promise<string> => {
    const gated = async (): Promise<Response> => await Promise.resolve(new Response('gated'))
    const answer = await fetchWithin('https://api.example', gated)(url).catch(() => new Response('plain'))
    return await answer.text()
  }

  test.each([
    ['https://api.example/mcp', 'gated'],
    [new URL('https://api.example/other'), 'gated'],
    [new Request('https://api.example/mcp', { method: 'POST' }), 'gated'],
    // Nobody listens there.
    ['http://127.0.0.1:9/token', 'plain'],
    ['http://api.example.127.0.0.1:9/', 'plain'],
  ])('are met at the origin of the server alone (R35): %s', async (url, met) => {
    expect(await asks(url)).toBe(met)
  })

  test('over the budget are told of with the price, and who can change it (R36)', () => {
    const asked = {
      origin: 'https://api.example',
      amountMsat: 10_500,
      maxFeeMsat: 5000,
      limit: 'perCallSats',
      limitMsat: 1000,
      usedMsat: 0,
    } as const
    expect(describeTrouble(new BudgetExceededError(asked), ADDRESS)).toEqual({
      status: 402,
      text: 'This call costs 10.5 sats, and up to 5 sats for routing. The bridge may not pay it: its limit is 1 sat for one call (--max-sats). Whoever set up the bridge can change that.',
    })
  })
})

describe('what the operator is told of money', () => {
  const hash = { paymentHash: 'c0ffee' }
  const name = 'search\n'
  test.each([
    [
      { type: 'paid', amountMsat: 10_000, feeMsat: 1000, isResumed: false, ...hash, name } as const,
      'paid 10 sats and 1 sat for routing for "search\\n" (payment c0ffee)',
    ],
    [
      { type: 'paid', amountMsat: 10_000, isResumed: true, ...hash, url: 'https://x/y' } as const,
      'paid 10 sats for "https://x/y", begun by an earlier call (payment c0ffee)',
    ],
    [
      { type: 'notPaid', message: 'no route', ...hash, name } as const,
      'not paid for "search\\n": "no route"',
    ],
    [
      { type: 'inDoubt', message: 'slow', ...hash, name } as const,
      'payment c0ffee for "search\\n" is in doubt: "slow"',
    ],
    [
      { type: 'sellerStopped', origin: 'https://x', name } as const,
      'https://x took money and refused what it bought; nothing is paid there for a day',
    ],
    [{ type: 'ledgerFailed', message: 'full', name } as const, 'the ledger could not be written: "full"'],
    [{ type: 'waiting', waitMs: 5, name } as const, undefined],
  ])('%j', (event, line) => {
    expect(wordSpending(event)).toBe(line)
  })
})
