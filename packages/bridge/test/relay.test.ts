import { describe, expect, test } from '@jest/globals'
import { AnsweringTransport } from '../src/answering-transport.ts'
import { Relay } from '../src/relay.ts'
import { FakeTransport } from './fake-transport.ts'

const MODERN = { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } }
const CALL = { id: 1, method: 'tools/call', params: { name: 'x' } }

async function connected(hasPerRequestStream = true) {
  const up = new FakeTransport(hasPerRequestStream)
  const down = new FakeTransport()
  const troubles: string[] = []
  const relay = new Relay(up, {
    during: async (_request, send) => await send(),
    answered: (message) => message,
    cancelled: () => undefined,
    trouble: (error) => void troubles.push(error.message),
  })
  await relay.connect(down)
  return { up, down, relay, troubles }
}

const soon = async (): Promise<void> =>
  await new Promise((resolve) => {
    setImmediate(resolve)
  })

describe('a relay', () => {
  test('hands on what nobody knows, both ways', async () => {
    const { up, down } = await connected()
    down.bring({ id: 'a', method: 'acme/new', params: { deep: { list: [1, null] } } })
    down.bring({ method: 'notifications/acme', params: {} })
    await soon()
    expect(up.sent.map(({ message }) => message)).toEqual([
      { jsonrpc: '2.0', id: 'a', method: 'acme/new', params: { deep: { list: [1, null] } } },
      { jsonrpc: '2.0', method: 'notifications/acme', params: {} },
    ])
    up.bring({ id: 'b', method: 'acme/back' })
    up.bring({ id: 'a', result: { acme: true } })
    expect(down.sent.map(({ message }) => message)).toMatchObject([
      { method: 'acme/back' },
      { result: { acme: true } },
    ])
  })

  test('ends the stream of a call of 2026 that is taken back, and tells servers of 2025 by a message', async () => {
    const { up, down } = await connected()
    down.bring({ ...CALL, params: { ...CALL.params, ...MODERN } })
    down.bring({ ...CALL, id: 2 })
    await soon()
    for (const requestId of [1, 2]) down.bring({ method: 'notifications/cancelled', params: { requestId } })
    await soon()
    const [modern, legacy, ...more] = up.sent
    expect([modern?.options?.requestSignal?.aborted, legacy?.options?.requestSignal]).toEqual([
      true,
      undefined,
    ])
    expect(more.map(({ message }) => message)).toMatchObject([{ params: { requestId: 2 } }])
  })

  test('tells a server on one channel of either by a message', async () => {
    const { up, down } = await connected(false)
    down.bring({ ...CALL, params: { ...CALL.params, ...MODERN } })
    down.bring({ method: 'notifications/cancelled', params: { requestId: 1 } })
    await soon()
    expect(up.sent.map(({ message }) => 'method' in message && message.method)).toEqual([
      'tools/call',
      'notifications/cancelled',
    ])
  })

  test('lets no request overtake notifications/initialized', async () => {
    const { up, down } = await connected()
    let arrive = (): void => undefined
    up.onSend = async () =>
      await new Promise((resolve) => {
        arrive = resolve
      })
    down.bring({ method: 'notifications/initialized' })
    down.bring(CALL)
    await soon()
    expect(up.sent).toHaveLength(1)
    arrive()
    await soon()
    expect(up.sent).toHaveLength(2)
  })

  test('puts messages of the server into the stream of the call that they belong to', async () => {
    const { up, down } = await connected()
    down.bring({ ...CALL, params: { name: 'x', _meta: { progressToken: 'p' } } })
    down.bring({ ...CALL, id: 2 })
    up.bring({ method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } })
    up.bring({ method: 'notifications/progress', params: { progressToken: 'q', progress: 1 } })
    up.bring({ id: 's', method: 'sampling/createMessage', params: {} })
    up.bring({ id: 1, result: {} })
    expect(down.sent.map(({ options }) => options?.relatedRequestId)).toEqual([1, undefined, 2, 1])
  })

  test('tells the transport which protocol was agreed on', async () => {
    const { up, down } = await connected()
    down.bring({ id: 1, method: 'initialize', params: {} })
    up.bring({ id: 1, result: { protocolVersion: '2025-06-18' } })
    expect(up.versions).toEqual(['2025-06-18'])
  })

  test.each(['up', 'down'] as const)('closes both sides when the one that is %s closes', async (side) => {
    const both = await connected()
    await both[side].close()
    await both.relay.closed
    expect([both.up.isClosed, both.down.isClosed]).toEqual([true, true])
  })
})

describe('a transport that always answers', () => {
  const explain = {
    failed: (error: unknown) => ({ status: 503, text: `failed: ${String(error)}` }),
    cutOff: { status: 502, text: 'cut off' },
    lost: { status: 502, text: 'lost' },
  }
  function answering() {
    const inner = new FakeTransport(true)
    const answers: unknown[] = []
    const outer = new AnsweringTransport(inner, explain)
    Object.assign(outer, { onmessage: (message: unknown) => answers.push(message) })
    return { inner, outer, answers }
  }
  const call = { jsonrpc: '2.0' as const, ...CALL }

  test('answers once for what cannot be sent', async () => {
    const { inner, outer, answers } = answering()
    inner.onSend = ({ options }) => {
      options?.onRequestStreamEnd?.()
      throw new Error('no')
    }
    await outer.send(call)
    expect(answers).toEqual([
      { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'cut off' }], isError: true } },
    ])
  })

  test('says that a result is complete to callers of 2026, and gives others than tools an error', async () => {
    const { inner, outer, answers } = answering()
    inner.onSend = () => {
      throw new Error('no')
    }
    await outer.send({ ...call, params: { ...call.params, ...MODERN } })
    await outer.send({ ...call, id: 2, method: 'prompts/get' })
    expect(answers).toMatchObject([
      { result: { resultType: 'complete', isError: true } },
      { id: 2, error: { code: 503, message: 'failed: Error: no' } },
    ])
  })

  test('does not take the end of the first stream for the end of a call that was sent again', async () => {
    const { inner, outer, answers } = answering()
    await outer.send(call)
    inner.bring({ id: 1, result: {} })
    await outer.send({ ...call })
    inner.sent[0]?.options?.onRequestStreamEnd?.()
    expect(answers).toHaveLength(1)
    inner.sent[1]?.options?.onRequestStreamEnd?.()
    expect(answers).toHaveLength(2)
  })

  test('answers for all that is open when the other side is lost, not when it is left', async () => {
    const lost = answering()
    await lost.outer.send(call)
    await lost.inner.close()
    expect(lost.answers).toMatchObject([{ id: 1, result: { content: [{ text: 'lost' }] } }])
    const left = answering()
    await left.outer.send(call)
    await left.outer.close()
    expect(left.answers).toEqual([])
  })

  test('answers nobody who took the call back', async () => {
    const { inner, outer, answers } = answering()
    await outer.send(call)
    await outer.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
    inner.sent[0]?.options?.onRequestStreamEnd?.()
    expect(answers).toEqual([])
  })
})
