import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { CHALLENGE_META, RECEIPT_META } from '@turnpike/mcp'
import {
  createRegtestNetwork,
  type LndFront,
  type PhoenixdFront,
  type RegtestNetwork,
  startLndFront,
  startPhoenixdFront,
} from '@turnpike/regtest'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CALL, end, open, type RawBridge } from './raw-bridge.ts'
import { type Host, HOSTS, metaIn, openHost, type Progress } from './running.ts'
import { openTalkingServer, type TalkingServer } from './servers/talking-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'turnpike-bridge-pay-'))
const ledger = join(folder, 'state', 'ledger.json')
const STATE = { TURNPIKE_LEDGER: ledger }
const [SDK_1, , SDK_2] = HOSTS

let network: RegtestNetwork
let lnd: LndFront
let phoenixd: PhoenixdFront
let selling: TalkingServer
beforeAll(async () => {
  network = await createRegtestNetwork()
  lnd = await startLndFront(network)
  phoenixd = await startPhoenixdFront(network)
  selling = await openTalkingServer(network.backend)
})
afterAll(async () => {
  await selling.close()
  await Promise.all([lnd.close(), phoenixd.close()])
  await network.close()
  rmSync(folder, { recursive: true })
})

const byLnd = (): string =>
  `${lnd.url.replace('http://', `lnd+http://:${lnd.adminMacaroon}@`)}?network=regtest`
const byPhoenixd = (): string =>
  `${phoenixd.url.replace('http://', `phoenixd+http://:${phoenixd.password}@`)}?network=regtest`

/** Payments that the wallets were asked for. */
const payments = (): number =>
  [...lnd.requests, ...phoenixd.requests].filter((call) => /router\/send|payinvoice/.test(call)).length

/** Seven bits are less than the work that the server asks for. */
const NO_WORK = ['--max-bits', '7']

describe('a bridge with a wallet', () => {
  let host: Host
  let other: Host
  let before = 0
  beforeAll(async () => {
    if (SDK_1 === undefined || SDK_2 === undefined) throw new Error('no host')
    const args = [selling.url, '--max-sats', '20', '--per-day', '20']
    const env = { ...STATE, TURNPIKE_WALLET: byLnd() }
    const hosts = [SDK_2, SDK_1].map(async (kind) => await openHost(kind, args, { env }))
    const [first, second] = await Promise.all(hosts)
    if (first !== undefined) host = first
    if (second !== undefined) other = second
  })
  beforeEach(() => {
    before = payments()
  })
  afterAll(async () => {
    await Promise.all([host.close(), other.close()])
  })

  test('pays nothing where working will do', async () => {
    expect(metaIn(await host.call('either'), RECEIPT_META)).toMatchObject({ way: 'pow' })
    expect(payments()).toBe(before)
  })

  test('pays where nothing else will, and tells the host, the model and the operator (R35)', async () => {
    const heard: (string | undefined)[] = []
    const onprogress = ({ message }: Progress): void => void heard.push(message)
    const passed = await host.call('sold', { n: 1 }, { onprogress })
    expect(passed.content).toEqual([{ type: 'text', text: 'sold:1' }])
    expect(metaIn(passed, RECEIPT_META)).toEqual({ way: 'lightning', usesLeft: 0 })
    // Said again with each second that it takes.
    const texts = new Set(heard.map((message) => message?.replace(/ \(\d+ s so far\)/, '')))
    expect([...texts]).toEqual(['Paying 10 sats for the call.'])
    expect(host.stderr()).toMatch(
      /^turnpike-bridge: paid 10 sats and 0 sats for routing for "sold" \(payment [0-9a-f]{64}\)\n$/,
    )
    expect(payments()).toBe(before + 1)
  })

  test('pays no more in a day than it may, also in another process by the same ledger (R35, R36)', async () => {
    for (const one of [host, other]) {
      const refused = await one.call('sold', { n: 2 })
      expect([refused.isError, metaIn(refused, CHALLENGE_META)?.['code']]).toEqual([true, 'proof_required'])
      expect(refused.content.map(({ text }) => text)).toEqual([
        expect.stringContaining('Ways on: pay: 10 sats over Lightning, good for one call.'),
        'This call costs 10 sats, and up to 5 sats for routing. The bridge may not pay it: its limit is 20 sats in 24 hours (--per-day), of which 10 sats are used. Whoever set up the bridge can change that.',
      ])
    }
    expect(payments()).toBe(before)
    expect(statSync(ledger).mode & 0o777).toBe(0o600)
  })

  test('says what an answer by HTTP status would have cost', async () => {
    const { invoice } = await network.payee.addInvoice({
      amountMsat: 30_000,
      memo: 'toll',
      expirySeconds: 600,
    })
    selling.intercept = (request, response) => {
      if (request.method !== 'POST') return false
      const challenge = `L402 macaroon="AgEB", invoice="${invoice}"`
      response.writeHead(402, { 'WWW-Authenticate': challenge }).end()
      return true
    }
    const refused = await host.call('echo', { text: 'x' })
    selling.intercept = undefined
    expect(refused.content).toEqual([
      { type: 'text', text: expect.stringMatching(/^This call costs 30 sats, .* 20 sats for one call/) },
    ])
    expect(payments()).toBe(before)
  })

  test('answers when its ledger is of no use any more, and pays nothing', async () => {
    const kept = readFileSync(ledger)
    writeFileSync(ledger, 'no ledger')
    const { isError, content } = await host.call('echo', { text: 'x' })
    writeFileSync(ledger, kept)
    expect([isError, content[0]?.text]).toEqual([
      true,
      expect.stringMatching(/^The bridge could not send the call: .*ledger_unreadable/),
    ])
    expect((await host.call('echo', { text: 'x' })).content[0]?.text).toBe('x')
  })
})

describe('a bridge whose wallet is in a file', () => {
  const own = join(folder, 'own.json')
  let bridge: RawBridge
  beforeAll(async () => {
    const file = join(folder, 'wallet')
    writeFileSync(file, `${byPhoenixd()}\n`, { mode: 0o600 })
    const limits = ['--max-sats', '15', '--ledger', own, '--verbose']
    bridge = await open([selling.url, ...NO_WORK, ...limits], { TURNPIKE_WALLET_FILE: file })
  })
  afterAll(async () => {
    await end(bridge)
  })

  test('pays from it where it may not work, and shows no secret anywhere (R35)', async () => {
    bridge.send({ ...CALL, params: { name: 'either', arguments: { n: 3 } } })
    const { result } = await bridge.next(({ id }) => id === CALL.id)
    expect(result?.content[0]?.text).toBe('either:3')
    expect(await end(bridge)).toBe(0)
    const [, hash = ''] = /\(payment ([0-9a-f]{64})\)/.exec(bridge.stderr()) ?? []
    const invoice = await network.payee.findInvoice(hash)
    expect(invoice?.state).toBe('settled')
    const said = bridge.stdout() + bridge.stderr()
    const secrets = [invoice?.preimage, invoice?.invoice, phoenixd.password].map(String)
    expect(secrets.filter((secret) => said.includes(secret))).toEqual([])
    expect(readFileSync(own, 'utf8')).not.toContain(phoenixd.password)
  })
})

describe('a bridge without a budget', () => {
  let host: Host
  beforeAll(async () => {
    if (SDK_2 === undefined) throw new Error('no host')
    const env = { ...STATE, TURNPIKE_WALLET: byLnd() }
    host = await openHost(SDK_2, [selling.url, ...NO_WORK], { env })
  })
  afterAll(async () => {
    await host.close()
  })

  test('pays nothing, wallet or not, and says what it would have cost (R35, R36)', async () => {
    const before = payments()
    const unpaid =
      'This call costs 10 sats. The bridge may not pay it: it has no wallet and budget (--max-sats). Whoever set up the bridge can change that.'
    const [sold, either] = [await host.call('sold'), await host.call('either')]
    expect(sold.content.map(({ text }) => text)).toEqual([expect.stringContaining('Ways on: pay'), unpaid])
    expect(either.content.map(({ text }) => text)).toEqual([
      expect.stringContaining('Ways on: '),
      'The bridge may not do that much work: its limit is 2^7 hashes (--max-bits).',
      unpaid,
    ])
    expect(payments()).toBe(before)
    expect(host.stderr()).toBe('turnpike-bridge: nothing is paid without --max-sats\n')
  })
})
