import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { statusEndpoint, turnpike } from '@turnpike/node'
import { createRawHttp, type RawClient } from '@turnpike/testkit'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'

const adapter = () => turnpike({ name: 'my-api', log: () => undefined })
const admin = { authorization: 'Bearer operator' }

describe('the status endpoint, mounted for everybody', () => {
  test.each([
    ['no options', undefined],
    ['no authorize', {}],
    ['an authorize that is no function', { authorize: true }],
  ])('with %s is refused at boot', (_, options) => {
    const { gate, status } = adapter()
    expect(() => statusEndpoint(gate, options as never)).toThrow(/\(status_unguarded: /)
    expect(() => status(options as never)).toThrow(/\(status_unguarded: /)
  })

  test('with an option that there is not is refused by name', () => {
    const options = { authorize: () => true, path: '/status' }
    expect(() => statusEndpoint(adapter().gate, options)).toThrow(/'path'.*option_unknown/s)
  })
})

describe('the status endpoint', () => {
  const errors: unknown[] = []
  const { gate, protect, status } = turnpike(
    { name: 'my-api', log: () => undefined },
    { onError: (error) => errors.push(error) },
  )
  const answers = new Map<string | undefined, unknown>([
    ['Bearer operator', true],
    ['Bearer nobody', false],
    ['Bearer truthy', { admin: true }],
    ['Bearer late', Promise.resolve(true)],
  ])
  const serve = status({
    authorize: ({ headers }) => {
      if (headers.authorization === 'Bearer broken') throw new Error('no directory')
      return answers.get(headers.authorization) as boolean
    },
  })
  const search = protect({ name: 'search', free: '1/1m' })((_request, response) => void response.end('found'))
  const open: { server?: Server; client?: RawClient } = {}
  const ask = async (headers: Readonly<Record<string, string>>, method = 'GET') =>
    await open.client!.send({ method, path: '/ops', headers })

  beforeAll(async () => {
    const server = createServer((request, response) =>
      request.url === '/ops' ? serve(request, response) : search(request, response),
    ).listen(0, '127.0.0.1')
    open.server = server
    await once(server, 'listening')
    const address = server.address()
    open.client = createRawHttp(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
  })
  afterAll(() => {
    open.client?.close()
    open.server?.close()
  })

  test.each([
    ['without a credential', {}, 403],
    ['with one that is no good', { authorization: 'Bearer nobody' }, 403],
    ['where authorize answers an object', { authorization: 'Bearer truthy' }, 403],
    ['where authorize throws', { authorization: 'Bearer broken' }, 500],
  ] as const)('answers nothing %s', async (_, headers, expected) => {
    const { status: code, text } = await ask(headers)
    expect(code).toBe(expected)
    expect(text).not.toContain('policies')
  })

  test('tells the operator of an authorize that throws', async () => {
    errors.length = 0
    await ask({ authorization: 'Bearer broken' })
    expect(errors).toEqual([new Error('no directory')])
  })

  test('takes GET and HEAD alone', async () => {
    const post = await ask(admin, 'POST')
    expect([post.status, post.field('allow')]).toEqual([405, 'GET, HEAD'])
    const head = await ask(admin, 'HEAD')
    expect([head.status, head.text]).toEqual([200, ''])
  })

  test('has what the gate did since it was mounted, for no cache to keep', async () => {
    await open.client!.send({ path: '/search' })
    await open.client!.send({ path: '/search' })
    const answer = await ask({ authorization: 'Bearer late' })
    expect([answer.status, answer.field('content-type'), answer.field('cache-control')]).toEqual([
      200,
      'application/json',
      'no-store',
    ])
    expect(answer.json()).toMatchObject({
      version: 1,
      gate: 'my-api',
      policies: [{ policy: 'search', admitted: { free: 1 }, refused: { proof_required: 1 } }],
    })
    expect(answer.text).not.toContain('127.0.0.1')
    expect(answer.json()).toEqual({ ...gate.status(), at: expect.any(String) })
  })
})
