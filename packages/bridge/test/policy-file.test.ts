import { afterAll, describe, expect, test } from '@jest/globals'
import { createGate, memoryStore, pow } from '@turnpike/core'
import { gateMcpServer } from '@turnpike/mcp'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gateOptionsOf, readPolicyFile } from '../src/policy-file.ts'
import { policyJsonSchema } from '../src/policy-schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'turnpike-policy-'))
const path = join(folder, 'policy.json')
const gate = createGate({
  secret: 'a secret of the tests, long enough to be one',
  store: memoryStore(),
  log: () => undefined,
})

afterAll(async () => {
  rmSync(folder, { recursive: true })
  await gate.close()
})

function read(text: string) {
  writeFileSync(path, text)
  return gateOptionsOf(readPolicyFile(path), gate, 'policy.json')
}

describe('a policy file', () => {
  test.each([
    ['no JSON', '{"tools": }', /policy\.json is no JSON: Unexpected token/],
    ['no object', '[]', /the whole: .*expected object/],
    ['a misspelt member', '{"tool": {}}', /the whole: Unrecognized key: "tool"/],
    ['nothing to gate', '{"tools": {}}', /gates nothing/],
    ['a name that is none', '{"name": "My Tools"}', /policy\.json: name: take 1 to 32 of a to z/],
    ['a misspelt option', '{"tools": {"a b": {"fre": "5/1m"}}}', /tools\["a b"\]: Unrecognized key: "fre"/],
    ['a window that is none', '{"tools": {"*": {"free": "5/min"}}}', /tools\["\*"\]\.free: write '60\/1m'/],
    ['the second window', '{"tools": {"a": {"free": ["5/1m", 7]}}}', /tools\.a\.free\[1\]: write '60\/1m'/],
    [
      'two of one length',
      '{"tools": {"a": {"free": ["5/1m", "7/1m"]}}}',
      /tools\.a: free: two windows of one length/,
    ],
    ['a limit of nothing', '{"tools": {"a": {"free": "0/1m"}}}', /tools\.a: free: "0\/1m" is no window/],
    ['too hard', '{"tools": {"a": {"require": {"pow": 20}}}}', /tools\.a\.require\.pow: .*<=8/],
    [
      'work in words',
      '{"tools": {"a": {"require": {"pow": "4"}}}}',
      /tools\.a\.require\.pow: .*expected number/,
    ],
    [
      'a rail that is none',
      '{"tools": {"a": {"require": {"pov": 4}}}}',
      /tools\.a\.require: Unrecognized key: "pov"/,
    ],
    ['sats with nobody to pay', '{"tools": {"a": {"require": {"sats": 10}}}}', /tools\.a: .*lightning/],
    [
      'half a satoshi',
      '{"tools": {"a": {"require": {"sats": 0.5}}}}',
      /tools\.a\.require\.sats: .*expected int/,
    ],
    [
      'work and payment in one',
      '{"tools": {"a": {"require": {"sats": 10, "pow": 4}}}}',
      /tools\.a\.require: Unrecognized key: "(?:pow|sats)"/,
    ],
    [
      'a backend that is none',
      '{"lightning": {"backend": "lnt"}}',
      /lightning\.backend: name a backend: 'phoenixd'/,
    ],
    [
      'a secret in the file',
      '{"lightning": {"backend": "phoenixd", "url": "http://127.0.0.1:1", "password": "hunter2"}}',
      /lightning\.password: name a variable of the environment/,
    ],
    [
      'a secret that servers would see',
      '{"lightning": {"backend": "phoenixd", "url": "http://127.0.0.1:1", "password": "${KEY}"}}',
      /lightning\.password: name a variable .*TURNPIKE_/,
    ],
    [
      'a wallet in the file',
      '{"lightning": {"backend": "nwc", "url": "nostr+walletconnect://b889"}}',
      /lightning\.url: name a variable of the environment/,
    ],
    ['an unknown mode', '{"tools": {"a": {"mode": "off"}}}', /tools\.a\.mode: .*"enforce"/],
    [
      'one rail twice',
      '{"prompts": {"a": {"require": {"anyOf": [{"pow": 4}, {"pow": 5}]}}}}',
      /prompts\.a: anyOf\(\) takes one requirement per rail/,
    ],
    ['a pattern that is none', '{"tools": {"a*b": {"free": "5/1m"}}}', /a\*b/],
  ])('refuses %s, and says where', (_what, text, message) => {
    expect(() => gateMcpServer({ connect: async () => undefined }, gate, read(text))).toThrow(message)
  })

  test('names a file that is not there', () => {
    expect(() => readPolicyFile('/no/such/policy.json')).toThrow(
      '/no/such/policy.json cannot be read (ENOENT)',
    )
  })

  test('says all that is wrong at once', () => {
    expect(() => read('{"tools": {"a": {"free": 1}, "b": {"mode": 2}}}')).toThrow(
      /tools\.a\.free[^]*\n.*tools\.b\.mode/,
    )
  })

  test('becomes options of gateMcpServer', () => {
    const text = `{
      "$schema": "./policy.schema.json", "name": "my-tools", "describePrices": true, "credentialArgument": false,
      "tools": {
        "deep_search": { "require": { "pow": 5, "uses": 20, "validFor": "5m" } },
        "*": { "free": ["60/1m", { "limit": 500, "windowMs": 3600000 }], "require": { "pow": { "bits": 18 }, "quota": false } }
      },
      "resources": { "file:*": { "ceiling": "10/1s", "mode": "observe" } }
    }`
    expect(read(text)).toEqual({
      describePrices: true,
      credentialArgument: false,
      tools: {
        deep_search: { require: pow(5, { uses: 20, validFor: '5m' }) },
        '*': {
          free: ['60/1m', { limit: 500, windowMs: 3_600_000 }],
          require: pow({ bits: 18 }, { quota: false }),
        },
      },
      resources: { 'file:*': { ceiling: '10/1s', mode: 'observe' } },
      prompts: {},
    })
    expect(readPolicyFile(path).name).toBe('my-tools')
  })

  test('has a schema, shipped as it is made from the code', () => {
    const shipped: unknown = JSON.parse(
      readFileSync(join(import.meta.dirname, '../policy.schema.json'), 'utf8'),
    )
    expect(shipped).toEqual(JSON.parse(JSON.stringify(policyJsonSchema())))
  })
})
