/** Calls that are answered by a question, and sent again with the reply (R34). */
import { describe, expect, test } from '@jest/globals'
import { memoryStore, pow, SEAL_PREFIX, type Store } from '@turnpike/core'
import { CHALLENGE_META, CREDENTIAL_META, RECEIPT_META } from '@turnpike/mcp'
import { looseServer, type Message, toolCall } from './loose-server.ts'
import { credentialFor, metaIn } from './refused-result.ts'
import { voucher } from './voucher-rail.ts'

const TOOLS = {
  paid: { require: voucher },
  worked: { require: pow(1, { quota: false, adaptive: false }) },
  free: { free: '1/1m' },
} as const
const QUESTION = { resultType: 'input_required', inputRequests: { reply: {} } }
const DONE = { id: 2, result: { resultType: 'complete', content: [] } }
const showing = (text = 'voucher-1') => ({ [CREDENTIAL_META]: `L402 ${text}` })

type Loose = ReturnType<typeof looseServer>

async function opened(options: Parameters<typeof looseServer>[1] = {}): Promise<Loose> {
  const server = looseServer({ tools: TOOLS }, options)
  await server.open()
  return server
}

const settled = async () => {
  await new Promise(setImmediate)
}

/** A call that goes on with a state. */
function round(id: number, name: string, requestState: unknown, more: object = {}): object {
  const params = { name, arguments: {}, requestState, inputResponses: { reply: {} }, ...more }
  return { jsonrpc: '2.0', id, method: 'tools/call', params }
}

/** The state that a question told the client to send back. */
function stateIn(message: Message | undefined): string {
  const state = (message?.result as Record<string, unknown> | undefined)?.['requestState']
  if (typeof state !== 'string') throw new Error(`no state in ${JSON.stringify(message)}`)
  return state
}

/** A paid call, answered by a question. @returns the seal */
async function asked(
  server: Loose,
  name = 'paid',
  more: object = { requestState: 'inner' },
): Promise<string> {
  server.receive(toolCall(1, name, {}, name === 'paid' ? showing() : undefined))
  await server.reply({ id: 1, result: { ...QUESTION, ...more } })
  return stateIn(server.sent.at(-1))
}

/** What the calls that reached the server brought. */
const states = ({ reached }: Loose) => reached.map(({ params }) => params?.['requestState'])

/** Does the voucher admit another call? */
async function admitsAgain(server: Loose): Promise<boolean | string> {
  await server.gate.drain()
  const before = server.reached.length
  server.receive(toolCall('again', 'paid', {}, showing()))
  return server.reached.length > before || (server.sent.at(-1)?.error?.data?.code ?? false)
}

describe('a paid call that asks for input', () => {
  test('waits under a seal, goes on without a credential, and is paid for once', async () => {
    const server = await opened()
    const seal = await asked(server)
    expect(seal).toMatch(/^turnpike1\.[\w-]+\.[\w-]{43}$/)
    expect(server.sent.at(-1)?.result).toMatchObject(QUESTION)
    expect(await admitsAgain(server)).toBe('credential_in_use')
    server.receive(round(2, 'paid', seal))
    await settled()
    expect(server.reached.at(-1)).toEqual(round(2, 'paid', 'inner'))
    await server.reply(DONE)
    expect(metaIn(server.sent.at(-1)?.result, RECEIPT_META)).toEqual({ way: 'lightning', usesLeft: 0 })
    expect(await admitsAgain(server)).toBe('credential_spent')
  })

  test('hands on no state where the server had none', async () => {
    const server = await opened()
    server.receive(round(2, 'paid', await asked(server, 'paid', {})))
    await settled()
    expect(states(server)).toEqual([undefined, undefined])
    expect(server.reached[1]?.params).not.toHaveProperty('requestState')
  })

  test('may ask as often as it wants, each time under a new seal', async () => {
    const server = await opened()
    let seal = await asked(server)
    for (let id = 10; id < 14; id++) {
      server.receive(round(id, 'paid', seal))
      await settled()
      await server.reply({ id, result: { ...QUESTION, requestState: `inner ${id}` } })
      expect(stateIn(server.sent.at(-1))).not.toBe(seal)
      seal = stateIn(server.sent.at(-1))
    }
    expect(states(server)).toEqual([undefined, 'inner', 'inner 10', 'inner 11', 'inner 12'])
    expect(await admitsAgain(server)).toBe('credential_in_use')
  })

  test('goes on once, however often its seal is shown', async () => {
    const server = await opened()
    const seal = await asked(server)
    for (let id = 2; id < 12; id++) server.receive(round(id, 'paid', seal))
    await settled()
    expect(server.reached).toHaveLength(2)
    const refused = server.sent.filter(({ result }) => result?.isError === true)
    expect(refused.map(({ result }) => metaIn(result, CHALLENGE_META)?.['code'])).toEqual(
      Array(9).fill('proof_required'),
    )
  })
})

describe('a seal', () => {
  test.each<[string, (seal: string) => object]>([
    ['another tool', (seal) => round(2, 'worked', seal)],
    ['other arguments', (seal) => round(2, 'paid', seal, { arguments: { q: 'other' } })],
    ['another signature', (seal) => round(2, 'paid', `${seal.slice(0, -1)}_`)],
    ['the prefix alone', () => round(2, 'paid', SEAL_PREFIX)],
  ])('is no good for %s, and a credential beside it is not spent', async (_what, message) => {
    const server = await opened()
    const wrong = message(await asked(server)) as { params: object }
    const shown = { ...wrong, params: { ...wrong.params, _meta: showing('voucher-2') } }
    server.receive(shown)
    await settled()
    expect(server.reached).toHaveLength(1)
    expect(server.sent.at(-1)).toMatchObject({ id: 2, error: { code: -32602 } })
    server.receive(toolCall(3, 'paid', {}, showing('voucher-2')))
    expect(server.reached).toHaveLength(2)
  })

  test('that was used hands its state on with a call that is admitted anew', async () => {
    const server = await opened()
    const seal = await asked(server)
    server.receive(round(2, 'paid', seal))
    server.receive(round(3, 'paid', seal, { _meta: showing('voucher-2') }))
    await settled()
    expect(states(server)).toEqual([undefined, 'inner', 'inner'])
  })

  test("leaves the credential beside it alone, and a state of the server's own as it is", async () => {
    const server = await opened()
    server.receive(round(2, 'paid', await asked(server), { _meta: showing('voucher-2') }))
    await settled()
    server.receive(round(3, 'paid', 'eyJvd24iOjF9', { _meta: showing('voucher-2') }))
    expect(states(server)).toEqual([undefined, 'inner', 'eyJvd24iOjF9'])
  })
})

describe('a call that asks for input and is not paid for', () => {
  test('counts once in its free allowance', async () => {
    const server = await opened()
    server.receive(round(2, 'free', await asked(server, 'free')))
    await settled()
    expect(states(server)).toEqual([undefined, 'inner'])
    server.receive(toolCall(3, 'free'))
    expect(server.reached).toHaveLength(2)
  })

  test('is worked for once', async () => {
    const server = await opened()
    server.receive(toolCall(7, 'worked'))
    const proof = { [CREDENTIAL_META]: credentialFor(server.sent[0]?.result) }
    server.receive(toolCall(1, 'worked', {}, proof))
    await server.reply({ id: 1, result: QUESTION })
    server.receive(round(2, 'worked', stateIn(server.sent.at(-1))))
    await settled()
    await server.reply(DONE)
    expect(metaIn(server.sent.at(-1)?.result, RECEIPT_META)).toEqual({ way: 'pow', usesLeft: 0 })
    server.receive(toolCall(3, 'worked', {}, proof))
    expect(server.reached).toHaveLength(2)
  })

  test('is not sealed where nothing is gated', async () => {
    const server = await opened()
    server.receive(toolCall(1, 'open'))
    await server.reply({ id: 1, result: { ...QUESTION, requestState: 'own' } })
    expect(stateIn(server.sent[0])).toBe('own')
  })
})

describe('a round that brings its caller nothing', () => {
  test('gives the use back when the question cannot be sent, and its seal is used up', async () => {
    const server = await opened()
    const lost: Message[] = []
    server.bottom.send = async (message) => {
      lost.push(message as Message)
      await Promise.reject(new Error('gone'))
    }
    await expect(asked(server)).rejects.toThrow('gone')
    server.bottom.send = async () => undefined
    server.receive(round(2, 'paid', stateIn(lost[0])))
    await settled()
    expect(server.reached).toHaveLength(1)
    expect(await admitsAgain(server)).toBe(true)
  })

  test('gives it back when the client leaves while the call is put on hold', async () => {
    const store = memoryStore()
    const slow: Store = {
      ...store,
      hold: async (hold) => {
        server.close()
        await settled()
        return await store.hold(hold)
      },
    }
    const server = await opened({ store: slow })
    server.receive(toolCall(1, 'paid', {}, showing()))
    await server.reply({ id: 1, result: QUESTION })
    await settled()
    expect(server.sent).toEqual([])
    expect(await admitsAgain(server)).toBe(true)
  })

  test('gives it back, three times at most, when the client leaves before the last answer', async () => {
    const server = await opened()
    for (let n = 0; n < 4; n++) {
      server.receive(round(2, 'paid', await asked(server)))
      await settled()
      server.close()
      await server.gate.drain()
    }
    expect(await admitsAgain(server)).toBe('credential_exhausted')
  })

  test('runs nothing for a client that left while its seal was looked up, and gives it back', async () => {
    const server = await opened()
    server.receive(round(2, 'paid', await asked(server)))
    server.close()
    await settled()
    expect(server.reached).toHaveLength(1)
    expect(await admitsAgain(server)).toBe(true)
  })

  test('passes the question on as it is where the store cannot hold the call', async () => {
    const store = { ...memoryStore(), hold: async () => await Promise.reject(new Error('down')) }
    const server = await opened({ store })
    expect(await asked(server)).toBe('inner')
    expect(await admitsAgain(server)).toBe(true)
  })
})

test('a call that is sent again after its stream was lost is admitted once (R34)', async () => {
  const first = await opened()
  first.receive(toolCall(1, 'paid', {}, showing()))
  const again = looseServer({ tools: TOOLS }, first.gate)
  await again.open()
  again.receive(toolCall(2, 'paid', {}, showing()))
  expect(again.sent.at(-1)?.error?.data?.code).toBe('credential_in_use')
  first.close()
  await first.gate.drain()
  for (let id = 3; id < 9; id++) again.receive(toolCall(id, 'paid', {}, showing()))
  expect(again.reached).toHaveLength(1)
  await again.reply({ id: 3, result: { content: [] } })
  expect(await admitsAgain(again)).toBe('credential_spent')
})
