import { afterEach, describe, expect, test } from '@jest/globals'
import { createFetch, type ClientEvent, type FetchOptions } from '@turnpike/client'
import { anyOf, createGate, pow, sats, type LightningBackend } from '@turnpike/core'
import { turnpike } from '@turnpike/node'
import type { RequestListener, Server } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { close, listen } from '../packages/client/test/toy-gate.ts'
import { toyNetwork, walletOf, type ToyNetwork } from '../packages/client/test/toy-wallet.ts'

const servers: Server[] = []
afterEach(() => servers.splice(0).forEach(close))

/** Sells over the same network that the toy wallet pays on; it hears of a payment so many look-ups late. */
function backendOf(network: ToyNetwork, hearsLate = 0): LightningBackend {
  let late = hearsLate
  return {
    name: 'toy',
    network: 'regtest',
    isFake: true,
    createInvoice: async ({ amountMsat, expirySeconds }) => {
      const expiresAtMs = Math.floor(Date.now() / 1000 + expirySeconds) * 1000
      const made = network.invoice(amountMsat, { expiresAtMs })
      return await Promise.resolve({ ...made, amountMsat, expiresAtMs, network: 'regtest' as const })
    },
    lookUp: async (hash) => {
      if (network.paid.includes(hash)) late -= 1
      return await Promise.resolve(late < 0 ? ('settled' as const) : ('pending' as const))
    },
  }
}

async function open(
  listener: (gate: ReturnType<typeof turnpike>) => RequestListener,
  network: ToyNetwork,
  late = 0,
) {
  const secret = 'a secret of the tests, long enough to be one'
  const gate = createGate({ name: 'shop', secret, lightning: backendOf(network, late), log: () => undefined })
  const { url, server } = await listen(listener(turnpike(gate)))
  servers.push(server)
  const endings: unknown[] = []
  gate.on('ended', (ending) => endings.push(ending))
  const events: ClientEvent[] = []
  const client = (options: FetchOptions = {}) =>
    createFetch({ wallet: walletOf(network), ...options, onEvent: (event) => events.push(event) })
  return { url, client, endings, types: () => events.map(({ type }) => type) }
}

describe('a client with a wallet at a gate', () => {
  test('pays for a call, and again for the next one', async () => {
    const network = toyNetwork()
    const { url, client } = await open(
      ({ protect }) => protect(sats(10))((_, response) => void response.end('in')),
      network,
    )
    const fetch = client()
    for (let call = 1; call <= 2; call += 1) {
      const response = await fetch(`${url}/tool`)
      expect([response.status, response.headers.get('turnpike-admission')]).toEqual([200, 'lightning;uses=0'])
      expect(network.paid).toHaveLength(call)
    }
  })

  test('uses what it bought up, whatever is asked for under one name', async () => {
    const network = toyNetwork()
    const { url, client } = await open(
      ({ protect }) =>
        protect(sats(50, { uses: 5 }), { name: 'search' })((_, response) => void response.end('in')),
      network,
    )
    const fetch = client()
    for (const path of ['/a', '/a', '/b', '/c', '/a']) expect((await fetch(url + path)).status).toBe(200)
    expect(network.paid).toHaveLength(1)
    expect((await fetch(`${url}/a`)).status).toBe(200)
    expect(network.paid).toHaveLength(2)
  })

  test('works where that will do, and pays where it is told to', async () => {
    const network = toyNetwork()
    const { url, client } = await open(
      ({ protect }) => protect(anyOf(pow(1), sats(10)))((_, response) => void response.end('in')),
      network,
    )
    expect((await client()(url)).headers.get('turnpike-admission')).toBe('pow;uses=0')
    expect(network.paid).toEqual([])
    expect((await client({ prefer: 'pay' })(url)).headers.get('turnpike-admission')).toBe('lightning;uses=0')
  })

  test('R31 gets a failed call for the same money', async () => {
    const network = toyNetwork()
    let calls = 0
    const { url, client, endings } = await open(
      ({ protect }) =>
        protect(sats(10))((_, response) => {
          calls += 1
          response.writeHead(calls === 1 ? 500 : 200).end()
        }),
      network,
    )
    const fetch = client()
    expect((await fetch(url)).status).toBe(500)
    while (endings.length === 0) await pause(5)
    expect([(await fetch(url)).status, network.paid.length]).toEqual([200, 1])
  })

  test('R26 shows the same again where the gate has not heard of the payment yet', async () => {
    const network = toyNetwork()
    const { url, client, types } = await open(
      ({ protect }) => protect(sats(10))((_, response) => void response.end('in')),
      network,
      3,
    )
    expect([(await client({ maxAttempts: 9 })(url)).status, network.paid.length]).toEqual([200, 1])
    expect(types()).toContain('waiting')
  })

  test('R24 buys twenty times at once, each for itself', async () => {
    const network = toyNetwork()
    const { url, client } = await open(
      ({ protect }) => protect(sats(1))((_, response) => void response.end('in')),
      network,
    )
    const fetch = client()
    const answers = await Promise.all(Array.from({ length: 20 }, async () => await fetch(url)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(new Set(network.paid).size).toBe(20)
  })
})
