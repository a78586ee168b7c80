import { describe, expect, test } from '@jest/globals'
import { homedir } from 'node:os'
import { type BridgeFlags, readBridgeFlags } from '../src/bridge-flags.ts'
import { readChildServer } from '../src/child-server.ts'
import { clientAddress } from '../src/client-address.ts'
import { readHeaders } from '../src/header-flag.ts'
import { readServeFlags, type ServeFlags } from '../src/serve-flags.ts'
import { readServerUrl } from '../src/server-url.ts'

const BRIDGE: BridgeFlags = { header: [], maxBits: '24', maxWait: '30' }
const SERVE: ServeFlags = {
  policy: 'p.json',
  header: [],
  host: '127.0.0.1',
  port: '3403',
  path: '/mcp',
  maxSessions: '64',
  idle: '1800',
  proxies: '0',
}
const ADDRESS = 'https://api.example/mcp'

describe('the address of a server', () => {
  test.each([
    ['no address', 'api.example/mcp', /no address/],
    ['another scheme', 'ftp://api.example', /no address/],
    ['a password', 'https://me:secret@api.example/mcp', /Take the password out/],
    ['plain http to another machine (R35)', 'http://api.example/mcp', /Write https:\/\/api\.example\/mcp/],
    ['plain http to what only looks like this machine (R35)', 'http://127.0.0.1.example/', /Plain http/],
    ['plain http to a name that ends alike (R35)', 'http://notlocalhost/', /Plain http/],
    ['plain http to a name that is asked of the network (R35)', 'http://a.localhost/', /Plain http/],
  ])('refuses %s', (_what, text, message) => {
    expect(() => readServerUrl(text)).toThrow(message)
  })

  test('a password is not repeated', () => {
    expect(() => readServerUrl('https://me:s3cret@api.example/')).toThrow(
      expect.not.stringContaining('s3cret'),
    )
  })

  test.each([
    'https://api.example/mcp?x=1',
    'http://localhost:8000/mcp',
    'http://127.1.2.3/',
    'http://[::1]:8000/mcp',
  ])('takes %s', (text) => {
    expect(readServerUrl(text).href).toBe(text)
  })
})

describe('headers', () => {
  test.each([
    ['no colon', 'Authorization', /takes 'Name: value'/],
    ['a blank in the name', 'A b: c', /takes 'Name: value'/],
    [
      'a variable that is not set',
      'Authorization: Bearer ${NO_SUCH}',
      /--header Authorization needs NO_SUCH/,
    ],
    ['an empty variable', 'Authorization: Bearer ${EMPTY}', /needs EMPTY/],
    ['a line break in the value', 'X-A: ${BROKEN}', /control characters/],
    ['one of the transport', 'Mcp-Session-Id: x', /sets this one itself/],
    ['one of the transport', 'Content-Type: x', /sets this one itself/],
  ])('refuses %s', (_what, field, message) => {
    expect(() => readHeaders([field], { EMPTY: '', BROKEN: 'a\nb' })).toThrow(message)
  })

  test('take secrets from the environment', () => {
    const env = { API_TOKEN: 't0ken', REGION: 'eu' }
    expect(readHeaders(['Authorization: Bearer ${API_TOKEN}', 'X-Where:a-${REGION}-$1'], env)).toEqual({
      Authorization: 'Bearer t0ken',
      'X-Where': 'a-eu-$1',
    })
  })
})

describe('the flags of a bridge', () => {
  const OAUTH = { TURNPIKE_OAUTH_CLIENT_ID: 'me', TURNPIKE_OAUTH_ISSUER: 'https://login.example' }
  test.each<[string, { url?: string; env?: Record<string, string> } & Partial<BridgeFlags>, RegExp]>([
    ['neither address nor command', {}, /address of a server, or --stdio/],
    ['both', { url: ADDRESS, stdio: 'node x' }, /address of a server, or --stdio/],
    ['too many bits', { url: ADDRESS, maxBits: '37' }, /--max-bits must be a whole number from 0 to 36/],
    ['a wait in words', { url: ADDRESS, maxWait: 'long' }, /--max-wait must be a whole number/],
    ['headers for a child', { stdio: 'node x', header: ['A: b'] }, /--header goes with an address/],
    ['a day without a price for a call (R35)', { url: ADDRESS, perDay: '100' }, /go with --max-sats/],
    ['a ledger without a price for a call (R35)', { url: ADDRESS, ledger: 'x' }, /go with --max-sats/],
    ['sats in words', { url: ADDRESS, maxSats: 'ten' }, /--max-sats must be a whole number/],
    ['half a sat', { url: ADDRESS, maxSats: '10', perDay: '0.5' }, /--per-day must be a whole number/],
    ['an id without a secret', { url: ADDRESS, env: OAUTH }, /TURNPIKE_OAUTH_CLIENT_SECRET/],
    [
      'a secret that the server may send anywhere (R35)',
      { url: ADDRESS, env: { ...OAUTH, TURNPIKE_OAUTH_CLIENT_SECRET: 's', TURNPIKE_OAUTH_ISSUER: '' } },
      /needs TURNPIKE_OAUTH_ISSUER/,
    ],
    [
      'two sorts of authorization',
      { url: ADDRESS, header: ['authorization: x'], env: { ...OAUTH, TURNPIKE_OAUTH_CLIENT_SECRET: 's' } },
      /not both/,
    ],
  ])('refuse %s', (_what, { url, env = {}, ...flags }, message) => {
    expect(() => readBridgeFlags(url, { ...BRIDGE, ...flags }, env)).toThrow(message)
  })

  test.each<[keyof BridgeFlags, string, string, string]>([
    ['maxBits', '--max-bits', '0', '36'],
    ['maxWait', '--max-wait', '0', '3600'],
    ['maxSats', '--max-sats', '0', '100000000'],
  ])('take %s from the least to the most, and nothing beyond', (name, flag, least, most) => {
    const read = (value: string) => readBridgeFlags(ADDRESS, { ...BRIDGE, [name]: value }, {})
    expect(() => [least, most].map(read)).not.toThrow()
    for (const beyond of ['-1', String(Number(most) + 1)])
      expect(() => read(beyond)).toThrow(`${flag} must be a whole number from ${least} to ${most}`)
  })

  test('take an authorization from the environment alone', () => {
    const { server } = readBridgeFlags(ADDRESS, BRIDGE, { TURNPIKE_AUTHORIZATION: 'Bearer t0ken' })
    expect(server).toMatchObject({ headers: { Authorization: 'Bearer t0ken' } })
  })

  test('mean that nothing is paid, whatever wallet there is, without --max-sats (R35)', () => {
    expect(readBridgeFlags(ADDRESS, BRIDGE, { TURNPIKE_WALLET: 'x' }).money).toBeUndefined()
  })

  test.each<[string, Record<string, string>, Partial<BridgeFlags>, string]>([
    ['the home of the user', {}, {}, `${homedir()}/.turnpike/ledger.json`],
    ['the file that the environment names', { TURNPIKE_LEDGER: '/l' }, {}, '/l'],
    ['the file that is typed', { TURNPIKE_LEDGER: '/l' }, { ledger: './mine' }, './mine'],
  ])('put the ledger into %s', (_where, env, flags, ledgerPath) => {
    const { money } = readBridgeFlags(ADDRESS, { ...BRIDGE, maxSats: '10', perDay: '200', ...flags }, env)
    expect(money).toEqual({ budget: { perCallSats: 10, perDaySats: 200 }, ledgerPath })
  })

  test('become what a bridge is told', () => {
    expect(readBridgeFlags(ADDRESS, BRIDGE, {})).toMatchObject({
      maxBits: 24,
      maxWaitMs: 30_000,
      verbose: false,
    })
  })
})

describe('the flags of serve', () => {
  test.each<[string, Partial<ServeFlags>, RegExp]>([
    ['neither server', {}, /Give --stdio .*, or --upstream/],
    ['both', { stdio: 'node x', upstream: ADDRESS }, /Give --stdio .*, or --upstream/],
    ['plain http to another machine (R35)', { upstream: 'http://api.example/' }, /Plain http/],
    [
      'a command that is not there',
      { stdio: 'no-such-command-anywhere x' },
      /no command "no-such-command-anywhere"/,
    ],
    ['a folder for a command', { stdio: '/tmp' }, /no command "\/tmp"/],
    ['a path with a query', { upstream: ADDRESS, path: '/mcp?x' }, /--path must begin with/],
  ])('refuse %s', (_what, flags, message) => {
    expect(() => readServeFlags({ ...SERVE, ...flags }, process.env)).toThrow(message)
  })

  test.each<[keyof ServeFlags, string, number, number]>([
    ['port', '--port', 0, 65_535],
    ['maxSessions', '--max-sessions', 1, 10_000],
    ['idle', '--idle', 1, 86_400],
    ['proxies', '--proxies', 0, 10],
  ])('take %s from the least to the most, and nothing beyond', (name, flag, least, most) => {
    const read = (value: number) =>
      readServeFlags({ ...SERVE, upstream: ADDRESS, [name]: String(value) }, process.env)
    expect(() => [least, most].map(read)).not.toThrow()
    for (const beyond of [least - 1, most + 1])
      expect(() => read(beyond)).toThrow(`${flag} must be a whole number from ${least} to ${most}`)
  })

  test('a child gets the environment, and nothing of ours', () => {
    const env = { PATH: process.env['PATH'], TURNPIKE_SECRET: 's', API_KEY: 'k', NOTHING: undefined }
    const { command, args, env: passed } = readChildServer('node "a b.js"', env)
    expect([command, args, passed]).toEqual(['node', ['a b.js'], { PATH: process.env['PATH'], API_KEY: 'k' }])
  })
})

describe('clientAddress', () => {
  test.each([
    ['no proxies: the connection', 0, '203.0.113.9', undefined],
    ['one', 1, '203.0.113.9', '203.0.113.9'],
    ['one, and a claim of the caller', 1, '10.9.9.9, 203.0.113.9', '203.0.113.9'],
    ['two', 2, '10.9.9.9, 203.0.113.9, 192.0.2.1', '203.0.113.9'],
    ['fewer addresses than proxies', 2, '203.0.113.9', undefined],
    ['no field', 1, undefined, undefined],
  ])('%s', (_what, proxies, field, address) => {
    expect(clientAddress({ headers: { 'x-forwarded-for': field } } as never, proxies)).toBe(address)
  })
})
