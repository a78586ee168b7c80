import { describe, expect, test } from '@jest/globals'
import { createGate } from '@turnpike/core'
import { turnpike } from './turnpike.ts'

describe('keys', () => {
  test('new prints one secret that a gate takes, and never the same', async () => {
    const first = await turnpike(['keys', 'new'])
    const second = await turnpike(['keys', 'new'])
    expect([first.exitCode, first.stderr]).toEqual([0, ''])
    expect(first.stdout).toMatch(/^[A-Za-z0-9_-]{43}\n$/)
    expect(first.stdout).not.toBe(second.stdout)
    const secret = first.stdout.trim()
    expect(() => createGate({ secret, log: () => undefined })).not.toThrow()
  })

  test('R29 new --rotate tells the order on standard error, so that the secret can still be piped', async () => {
    const { stdout, stderr } = await turnpike(['keys', 'new', '--rotate'])
    expect(stdout).toMatch(/^[A-Za-z0-9_-]{43}\n$/)
    expect(stderr).toMatch(/1\. Append [^]*2\. [^]*move it to the front[^]*3\. [^]*drop it/)
    expect(stderr).not.toContain(stdout.trim())
  })

  test('new --json has the secret and the steps', async () => {
    const parsed: object = JSON.parse((await turnpike(['keys', 'new', '--rotate', '--json'])).stdout)
    expect(parsed).toEqual({ secret: expect.stringMatching(/^.{43}$/), steps: expect.any(Array) })
  })

  test('without new ends with 2 and says what there is', async () => {
    const { exitCode, stdout, stderr } = await turnpike(['keys'])
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toContain('new')
  })
})
