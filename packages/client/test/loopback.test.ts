import { describe, expect, test } from '@jest/globals'
import { isLoopback } from '@turnpike/client'

describe('loopback', () => {
  test.each([
    ['', false],
    ['localhost', true],
    ['localhost.example', false],
    ['notlocalhost', false],
    ['app.localhost', false],
    ['127.0.0.1', true],
    ['127.1.2.3', true],
    ['127.0.0.1.example', false],
    ['128.0.0.1', false],
    ['[::1]', true],
    ['::1', true],
    ['[::2]', false],
    ['0.0.0.0', false],
  ])('R35 the host %j is this machine: %p', (hostname, expected) => {
    expect(isLoopback(hostname)).toBe(expected)
  })
})
