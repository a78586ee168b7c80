import { requestView, type NodeRequest } from '@turnpike/node'
import { describe, expect, test } from '@jest/globals'

function request(parts: Partial<NodeRequest> & { readonly body?: unknown } = {}): NodeRequest {
  return {
    method: 'GET',
    url: '/',
    headers: {},
    rawHeaders: [],
    socket: { remoteAddress: '192.0.2.1' },
    ...parts,
  }
}

describe('request view', () => {
  test.each([
    ['', '/'],
    ['?x=1', '/'],
    ['*', '*'],
    ['/a/b?c=/d', '/a/b'],
    ['/a#b', '/a'],
    ['//evil.example/a', '//evil.example/a'],
    ['http://evil.example', '/'],
    ['http://evil.example?x', '/'],
    ['HTTPS://evil.example/a?b', '/a'],
    ['/PAID/%2e', '/PAID/%2e'],
  ])('of the target %j has the path %j: no host, no query, as sent', (url, path) => {
    expect(requestView(request({ url })).path).toBe(path)
  })

  test('takes the path from before any mount was stripped', () => {
    expect(requestView(request({ url: '/x', originalUrl: '/mount/x?y' })).path).toBe('/mount/x')
  })

  test('has the method in upper case, and HEAD stays HEAD', () => {
    expect(requestView(request({ method: 'head' })).method).toBe('HEAD')
  })

  test('joins lines of a field, and both of two Authorization lines, of which Node shows the first alone', () => {
    const view = requestView(
      request({
        headers: { authorization: 'Bearer a', 'set-cookie': ['a', 'b'] },
        rawHeaders: ['Host', 'x', 'Authorization', 'Bearer a', 'AUTHORIZATION', 'L402 b:c'],
      }),
    )
    expect(view.header('authorization')).toBe('Bearer a, L402 b:c')
    expect(view.header('set-cookie')).toBe('a, b')
    expect(view.header('x-none')).toBeUndefined()
    expect(requestView(request()).header('authorization')).toBeUndefined()
  })

  test("has the framework's address, else the socket's, else none", () => {
    expect(requestView(request(), { ip: '203.0.113.9' }).ip).toBe('203.0.113.9')
    expect(requestView(request()).ip).toBe('192.0.2.1')
    expect(requestView(request({ socket: null })).ip).toBeUndefined()
  })

  test('reads the parsed body when asked, not before', () => {
    const raw = request()
    const view = requestView(raw)
    expect(view.body()).toBeUndefined()
    Object.assign(raw, { body: { a: 1 } })
    expect(view.body()).toEqual({ a: 1 })
    expect(requestView(request(), { body: () => 'mine' }).body()).toBe('mine')
  })

  test('R4 is one per request, and learns a route that was not known at first', () => {
    const raw = request()
    const view = requestView(raw)
    expect(requestView(raw, { route: '/items/:id' })).toBe(view)
    expect(view.route).toBe('/items/:id')
    expect(requestView(raw, { route: '/other' }).route).toBe('/items/:id')
    expect(requestView(request())).not.toBe(view)
  })
})
