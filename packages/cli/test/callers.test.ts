import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type CallerName, createGate, type Store } from '@turnpike/core'
import { lmdbStore } from '@turnpike/lmdb'
import { redisStore } from '@turnpike/redis'
import { Redis } from 'ioredis'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRedisStore } from '../src/callers/redis.ts'
import { loadOptional } from '../src/optional-package.ts'
import { turnpike } from './turnpike.ts'

const REDIS_URL = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379'
const GATE = 'cli-test'
const folder = mkdtempSync(join(tmpdir(), 'turnpike-callers-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Three calls by each of them, counted by a gate with a secret that the command never sees. */
async function callThrice(
  store: Store,
  callers: readonly (string | CallerName | undefined)[],
): Promise<void> {
  const secret = 'known to the server alone, never to the command'
  const gate = createGate({ name: GATE, secret, store, log: () => undefined })
  const policy = gate.policy({ name: 'search', free: '60/1m', ceiling: '600/1h' })
  for (const caller of callers) {
    const who = typeof caller === 'object' ? { caller } : { ip: caller }
    for (let call = 0; call < 3; call += 1) {
      const view = { method: 'GET', path: '/', header: () => undefined, body: () => undefined, ...who }
      expect(await gate.decide(view as never, policy)).toMatchObject({ outcome: 'pass' })
    }
  }
  await gate.close()
}

const CALLERS = ['203.0.113.7', '2001:db8::5', { class: 'agent', id: 'a:1', subject: 'acme' }, undefined]

describe('inspect and reset, used wrongly', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['no caller', ['--lmdb', 'x'], /missing required argument 'caller'/],
    [
      'no store',
      ['10.0.0.1'],
      /Say where the counts are: --redis <url>, TURNPIKE_REDIS_URL, or --lmdb <path>/,
    ],
    ['two stores', ['10.0.0.1', '--lmdb', 'x', '--redis', 'redis://x'], /only one of --redis and --lmdb/],
    ['a name alone', ['somebody', '--lmdb', 'x'], /must be an address, class:id .* not "somebody"/],
    ['no id', ['agent:', '--lmdb', 'x'], /class:id/],
    ['no class', [':id', '--lmdb', 'x'], /class:id/],
    [
      'a gate that cannot be',
      ['10.0.0.1', '--lmdb', 'x', '--name', 'My Api'],
      /--name must be the name of a gate/,
    ],
    ['a prefix for a file', ['10.0.0.1', '--lmdb', 'x', '--prefix', 'p'], /--prefix is for Redis/],
    [
      'an account above an address',
      ['10.0.0.1', '--lmdb', 'x', '--subject', 'a'],
      /--subject is for class:id/,
    ],
    [
      '16 bits of IPv6',
      ['::1', '--lmdb', 'x', '--ipv6-subnet', '16'],
      /--ipv6-subnet must be a number from 32/,
    ],
    [
      'a URL of Redis that cannot be read',
      ['10.0.0.1', '--redis', 'redis://:se#cret@x'],
      /cannot be read\. Percent-encode/,
    ],
    ['no URL of Redis', ['10.0.0.1', '--redis', 'localhost:6379'], /begins with redis:\/\/ or rediss:\/\//],
  ])('%s ends with 2 and says what is right', async (_, args, message) => {
    for (const command of ['inspect', 'reset']) {
      const { exitCode, stdout, stderr } = await turnpike([command, ...args])
      expect([exitCode, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(message)
    }
  })

  test('a file that is not there is not made', async () => {
    const path = join(folder, 'nothing', 'turnpike.mdb')
    const { exitCode, stderr } = await turnpike(['inspect', '10.0.0.1', '--lmdb', path])
    expect([exitCode, stderr]).toEqual([1, `error: There is no file ${path}.\n`])
    expect(readdirSync(folder)).not.toContain('nothing')
  })

  test('a driver that is not installed is named with the line that installs it', async () => {
    const loading = loadOptional('@turnpike/not-there', ['@turnpike/not-there', 'iodriver'])
    await expect(loading).rejects.toThrow(
      /^This needs @turnpike\/not-there and iodriver\. Install: npm install @turnpike\/not-there iodriver\n.*npx -p @turnpike\/cli -p @turnpike\/not-there -p iodriver turnpike/,
    )
  })

  test('a package that is broken in itself is not taken for one that is missing', async () => {
    const broken = 'data:text/javascript,throw new Error("broken in itself")'
    await expect(loadOptional(broken, ['x'])).rejects.toThrow('broken in itself')
  })
})

describe('inspect and reset on a Redis that does not answer', () => {
  /** A server that takes connections and says nothing. */
  async function listening(): Promise<{ readonly port: number; readonly stop: () => void }> {
    const sockets: Socket[] = []
    const server = createServer((socket) => void sockets.push(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const stop = (): void => {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
    return { port, stop }
  }

  test('says so within a moment when there is none, without the password', async () => {
    const { port, stop } = await listening()
    stop()
    const url = `redis://:hunter2@127.0.0.1:${port}`
    const { exitCode, stderr } = await turnpike(['inspect', '10.0.0.1', '--redis', url])
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(
      new RegExp(`^error: Redis at 127\\.0\\.0\\.1:${port} does not answer: .*ECONNREFUSED`),
    )
    expect(stderr).not.toContain('hunter2')
  })

  test('passes on what it says', async () => {
    const url = REDIS_URL.replace('//', '//nobody:hunter2@')
    const { exitCode, stderr } = await turnpike(['inspect', '10.0.0.1', '--redis', url])
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: Redis at .* does not answer: WRONGPASS/),
    ])
    expect(stderr).not.toContain('hunter2')
  })

  test('does not wait for ever when it is frozen', async () => {
    const { port, stop } = await listening()
    const opening = openRedisStore(`redis://127.0.0.1:${port}`, undefined, 200)
    await expect(opening).rejects.toThrow(/does not answer: .*timed out/i)
    stop()
  })
})

describe.each(['redis', 'lmdb'] as const)('inspect and reset on %s', (kind) => {
  const prefix = `test-${randomUUID()}`
  const path = join(folder, 'turnpike.mdb')
  const place = kind === 'redis' ? ['--redis', REDIS_URL, '--prefix', prefix] : ['--lmdb', path]
  const ask = async (command: string, ...args: string[]) =>
    await turnpike([command, ...args, '--name', GATE, ...place])
  const usedBy = async (...args: string[]): Promise<readonly string[]> => {
    const { windows }: { windows: { id: string; used: number }[] } = JSON.parse(
      (await ask('inspect', ...args, '--json')).stdout,
    )
    return windows.map(({ id, used }) => `${id}: ${used}`).toSorted()
  }
  const THRICE = ['ceiling 3600000 psearch: 3', 'free 60000 psearch: 3']

  beforeAll(async () => {
    if (kind === 'lmdb') return await callThrice(lmdbStore(path), CALLERS)
    const redis = new Redis(REDIS_URL)
    const store = redisStore(redis, { prefix })
    await store.ready()
    await callThrice(store, CALLERS)
    redis.disconnect()
  })

  test.each([
    ['an IPv4 address', ['203.0.113.7']],
    ['an IPv6 address by its subnet', ['2001:db8::ffff:1']],
    ['a named caller and its account', ['agent:a:1', '--subject', 'acme']],
    ['those without an address', ['unknown']],
  ])('R9 %s is found without the secret', async (_, args) => {
    expect(await usedBy(...args)).toEqual(THRICE)
  })

  test.each([
    ['another address', ['203.0.113.8']],
    ['another subnet', ['2001:db8::5', '--ipv6-subnet', '128']],
    ['another class', ['human:a:1', '--subject', 'acme']],
  ])('%s has used nothing', async (_, args) => {
    expect(await usedBy(...args)).toEqual([])
    expect((await ask('inspect', ...args)).stdout).toContain('Nothing is counted.')
  })

  test('shows windows in words', async () => {
    const { exitCode, stdout, stderr } = await ask('inspect', '203.0.113.7')
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^203\.0\.113\.7 at the gate cli-test\nwindow +length +used +next is free +all are free\n/,
    )
    expect(stdout).toMatch(/^free search +60 s +3 +in \d+ s +in \d+ s$/m)
    expect(stdout).toMatch(/^ceiling search +60 min 0 s +3 +in .+ +in .+$/m)
  })

  test('reset forgets one caller, says what, and leaves the others alone', async () => {
    const { exitCode, stdout } = await ask('reset', '203.0.113.7')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(
      /^Forgot what 203\.0\.113\.7 at the gate cli-test has used \(.*free search: 3 used.*\)/,
    )
    expect(await usedBy('203.0.113.7')).toEqual([])
    expect(await usedBy('agent:a:1', '--subject', 'acme')).toEqual(THRICE)
    expect((await ask('reset', '203.0.113.7')).stdout).toMatch(/^Nothing to forget/)
  })

  test('reset --json has what was forgotten', async () => {
    expect(JSON.parse((await ask('reset', 'unknown', '--json')).stdout)).toMatchObject({
      gate: GATE,
      caller: 'unknown',
      forgotten: expect.arrayContaining([expect.objectContaining({ id: 'free 60000 psearch', used: 3 })]),
    })
  })
})

test('TURNPIKE_REDIS_URL is where the counts are, unless a flag says otherwise', async () => {
  const env = { TURNPIKE_REDIS_URL: REDIS_URL }
  expect((await turnpike(['inspect', '192.0.2.1'], { env })).stdout).toContain('Nothing is counted.')
  const missing = await turnpike(['inspect', '192.0.2.1', '--lmdb', join(folder, 'none')], { env })
  expect(missing.stderr).toContain('There is no file')
})
