import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { run } from '@turnpike/bridge'
import { CHALLENGE_META, RECEIPT_META, withTurnpike } from '@turnpike/mcp'
import {
  createRegtestNetwork,
  type PhoenixdFront,
  type RegtestNetwork,
  startPhoenixdFront,
} from '@turnpike/regtest'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLightning } from '../src/lightning-node.ts'
import { fakeIo } from './fake-io.ts'
import { BRIDGE, metaIn, PYTHON_SERVER, type SampleClient, startUntil, type Started } from './running.ts'

const folder = mkdtempSync(join(tmpdir(), 'turnpike-serve-sats-'))
const policy = join(folder, 'policy.json')
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const SECRET = 'a-secret-of-the-tests-long-enough-to-be-one'
const WORK = { pow: 1, quota: false, adaptive: false }
const NODE = {
  backend: 'phoenixd',
  url: '${NODE_URL}',
  password: '${TURNPIKE_NODE_KEY}',
  network: 'regtest',
} as const

async function client(url: string, made: object): Promise<SampleClient> {
  const connected = made as SampleClient
  await connected.connect(new StreamableHTTPClientTransport(new URL(url)) as never)
  return connected
}

const bare = (): Client => new Client({ name: 'sample', version: '1.0.0' })

describe('a node in a policy file', () => {
  const env = { NODE_URL: 'http://127.0.0.1:1', TURNPIKE_NODE_KEY: 'ab'.repeat(32) }

  test.each([
    ['phoenixd', { ...NODE }],
    ['lnd', { backend: 'lnd', url: 'http://127.0.0.1:1', macaroon: '${TURNPIKE_NODE_KEY}' }],
    [
      'core-lightning',
      { backend: 'core-lightning', url: 'http://127.0.0.1:1', rune: '${TURNPIKE_NODE_KEY}' },
    ],
    ['lnbits', { backend: 'lnbits', url: 'http://127.0.0.1:1', invoiceKey: '${TURNPIKE_NODE_KEY}' }],
  ] as const)('is one of %s', async (name, written) => {
    const backend = await openLightning(written, env)
    expect(backend).toMatchObject({ name, network: 'network' in written ? 'regtest' : 'bitcoin' })
    await backend.close?.()
  })

  test('needs the variables that it names, and its certificate', async () => {
    await expect(openLightning(NODE, { NODE_URL: 'x' })).rejects.toThrow(
      'lightning.password needs TURNPIKE_NODE_KEY',
    )
    const pinned = { ...NODE, certificate: join(folder, 'none.cert') }
    await expect(openLightning(pinned, env)).rejects.toThrow(
      /lightning\.certificate: .*none\.cert cannot be read/,
    )
  })

  test('is not given paid calls to forget: real money wants a store that lasts (R30)', async () => {
    const written = { lightning: { ...NODE, network: 'bitcoin' }, tools: { echo: { require: { sats: 10 } } } }
    writeFileSync(policy, JSON.stringify(written))
    const { io, written: said } = fakeIo({ ...env, TURNPIKE_SECRET: SECRET })
    const args = ['serve', '--policy', policy, '--upstream', 'http://127.0.0.1:1/mcp', '--port', '0']
    expect(await run(args, io)).not.toBe(0)
    expect(said.log.join('\n')).toMatch(/payments on the memory store/)
  })
})

describe('a front that sells', () => {
  let network: RegtestNetwork
  let node: PhoenixdFront
  let front: Started
  beforeAll(async () => {
    network = await createRegtestNetwork()
    node = await startPhoenixdFront(network)
    const tools = {
      echo: { require: { sats: 10 } },
      loud: { require: { anyOf: [WORK, { sats: 3, uses: 2 }] } },
    }
    writeFileSync(policy, JSON.stringify({ name: 'selling', lightning: NODE, tools }))
    const env = { TURNPIKE_SECRET: SECRET, NODE_URL: node.url, TURNPIKE_NODE_KEY: node.limitedPassword }
    const args = ['serve', '--port', '0', '--policy', policy, '--stdio', `python3 "${PYTHON_SERVER}"`]
    front = await startUntil(/serving (\S+)/, [BRIDGE, ...args], env)
  })
  afterAll(async () => {
    await front.stop()
    await node.close()
    await network.close()
  })

  test('asks sats of who pays nothing, work or sats where either will do, and tells no secret', async () => {
    const poor = await client(front.url, bare())
    const refused = await poor.callTool({ name: 'echo', arguments: { text: 'x' } })
    expect(metaIn(refused, CHALLENGE_META)).toMatchObject({
      status: 402,
      offers: [{ rail: 'lightning', sats: 10 }],
    })
    const either = await poor.callTool({ name: 'loud', arguments: {} })
    expect(metaIn(either, CHALLENGE_META)).toMatchObject({
      offers: [{ rail: 'pow' }, { rail: 'lightning', sats: 3, uses: 2 }],
    })
    const { content } = await poor.callTool({ name: 'env', arguments: {} })
    expect(content[0]?.text).not.toContain('TURNPIKE')
    expect(front.said()).not.toContain(node.limitedPassword)
    await poor.close()
  })

  test('runs the tool for who pays, once', async () => {
    const wallet = network.wallet
    const budget = { perCallSats: 20, perDaySats: 100 }
    const paying = await client(front.url, withTurnpike(bare(), { wallet, budget }))
    const passed = await paying.callTool({ name: 'echo', arguments: { text: 'x' } })
    expect(passed.content[0]?.text).toBe('echo:{"text": "x"}')
    expect(metaIn(passed, RECEIPT_META)).toMatchObject({ way: 'lightning', usesLeft: 0 })
    await paying.close()
  })
})
