import { describe, expect, test } from '@jest/globals'
import { memoryStore, type Store } from '@turnpike/core'
import { RECEIPT_META } from '@turnpike/mcp'
import { openedServer, PAID, showing, toolCall } from './loose-server.ts'
import { metaIn } from './refused-result.ts'

const DONE = { content: [] }

describe('a paid call', () => {
  async function running(id: unknown, text = 'voucher-1') {
    const server = await openedServer(PAID)
    server.receive(toolCall(id, 'paid', {}, showing(text)))
    expect(server.reached).toHaveLength(1)
    return server
  }
  const admitsAgain = async (server: Awaited<ReturnType<typeof openedServer>>, text = 'voucher-1') => {
    await server.gate.drain()
    const before = server.reached.length
    server.receive(toolCall('again', 'paid', {}, showing(text)))
    return server.reached.length > before
  }

  test('is kept once its result is out, and gets a receipt (R25)', async () => {
    const server = await running(1)
    await server.reply({ id: 1, result: DONE })
    expect(metaIn(server.sent[0]?.result, RECEIPT_META)).toEqual({ way: 'lightning', usesLeft: 0 })
    expect(await admitsAgain(server)).toBe(false)
  })

  test.each([
    ['its tool fails', { id: 1, result: { ...DONE, isError: true } }],
    ['it ends in a protocol error', { id: 1, error: { code: -32603, message: 'x' } }],
  ])('is given back when %s (R31)', async (_what, answer) => {
    const server = await running(1)
    await server.reply(answer)
    expect(await admitsAgain(server)).toBe(true)
  })

  test('is given back when the client is gone before the result, three times at most (R34)', async () => {
    const server = await openedServer(PAID)
    for (let n = 0; n < 4; n++) {
      server.receive(toolCall(n, 'paid', {}, showing('voucher-2')))
      expect(server.reached).toHaveLength(n + 1)
      server.close()
      await server.gate.drain()
    }
    expect(await admitsAgain(server, 'voucher-2')).toBe(false)
  })

  test('is given back when the client takes the request back, and when the result cannot be sent', async () => {
    const cancelled = await running(1)
    const params = { requestId: 1 }
    cancelled.receive({ jsonrpc: '2.0', method: 'notifications/cancelled', params })
    expect(cancelled.reached.at(-1)).toMatchObject({ params })
    expect(await admitsAgain(cancelled)).toBe(true)
    const broken = await running(1)
    broken.bottom.send = async () => await Promise.reject(new Error('gone'))
    await expect(broken.reply({ id: 1, result: DONE })).rejects.toThrow('gone')
    expect(await admitsAgain(broken)).toBe(true)
  })

  test('is not ended by an answer to another request with its id: that one is dropped', async () => {
    const server = await running(1)
    server.receive({ jsonrpc: '2.0', id: 1, method: 'no/such/method' })
    server.receive(toolCall(1, 'paid', {}, showing('voucher-9')))
    expect(server.reached).toHaveLength(1)
    expect(server.troubles).toHaveLength(2)
    await server.reply({ id: 1, result: DONE })
    expect(await admitsAgain(server)).toBe(false)
  })

  test('of a number and of a text are two ids', async () => {
    const server = await running(1)
    server.receive(toolCall('1', 'paid', {}, showing('voucher-3')))
    expect(server.reached).toHaveLength(2)
  })
})

describe('a decision that takes its time', () => {
  /** A store that answers when told. */
  function slowStore() {
    const store: Store = memoryStore()
    const waiting: (() => void)[] = []
    const admit: Store['admit'] = async (request) => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve)
      })
      return await store.admit(request)
    }
    const go = async () => {
      waiting.splice(0).forEach((resolve) => resolve())
      await new Promise((resolve) => {
        setTimeout(resolve, 5)
      })
    }
    return { store: { ...store, admit } satisfies Store, go }
  }

  test.each(['closes', 'takes it back'])(
    'starts nothing for a client that %s meanwhile (R31)',
    async (how) => {
      const { store, go } = slowStore()
      const server = await openedServer(PAID, { store })
      server.receive(toolCall(1, 'paid', {}, showing('voucher-1')))
      if (how === 'closes') server.close()
      else server.receive({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
      await go()
      expect(server.reached.filter(({ method }) => method === 'tools/call')).toEqual([])
      server.receive(toolCall(2, 'paid', {}, showing('voucher-1')))
      await go()
      expect(server.reached.filter(({ method }) => method === 'tools/call')).toHaveLength(1)
    },
  )

  test('drops a second request with its id', async () => {
    const { store, go } = slowStore()
    const server = await openedServer(PAID, { store })
    server.receive(toolCall(1, 'paid', {}, showing('voucher-1')))
    server.receive(toolCall(1, 'paid', {}, showing('voucher-2')))
    await go()
    expect(server.reached).toHaveLength(1)
  })
})
