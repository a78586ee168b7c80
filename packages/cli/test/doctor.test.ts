import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { memoryStore, pow } from '@turnpike/core'
import { turnpike as createTurnpike } from '@turnpike/node'
import { serve, stopServers } from './scripted-gate.ts'
import { turnpike } from './turnpike.ts'

afterAll(stopServers)

describe('doctor, used wrongly', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['no address', [], /missing required argument 'url'/],
    ['a name', ['api.example'], /"api.example" is no address; write https:\/\/host\/path/],
    ['another protocol', ['ftp://api.example/'], /must begin with https:\/\/ or http:\/\//],
    ['a header without a colon', ['http://localhost', '-H', 'x y'], /--header must be "Name: value"/],
    ['a header of two lines', ['http://localhost', '-H', 'a: b\nc: d'], /--header must be/],
    [
      'a password in the address',
      ['http://user:secret@x'],
      /^error: The address must not hold a name or password/,
    ],
    ['no method', ['http://localhost', '-X', 'G ET'], /-X must be a method such as GET or POST/],
    [
      'an origin of two lines',
      ['http://localhost', '--origin', 'a\nb'],
      /--origin must be an origin such as/,
    ],
    [
      'no path',
      ['http://localhost', '--challenge-path', 'http://'],
      /--challenge-path must be a path such as/,
    ],
    ['no calls', ['http://localhost', '--calls', '0'], /--calls must be a number from 1 to 1000/],
  ])('%s ends with 2 and says what is right', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await turnpike(['doctor', ...args])
    expect([exitCode, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)])
  })

  test('a server that is not there ends with 1', async () => {
    const { exitCode, stderr } = await turnpike(['doctor', 'http://127.0.0.1:9/'])
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: http:\/\/127\.0\.0\.1:9 could not be asked: .*ECONNREFUSED/),
    ])
  })
})

describe('doctor at a gate of ours', () => {
  let url = ''
  beforeAll(async () => {
    const options = {
      name: 'doctored',
      secret: 'a secret of this test, long enough to be one',
      store: memoryStore(),
    }
    const { protect, endpoints } = createTurnpike({ ...options, log: () => undefined })
    const gated = protect(pow(4), { free: '2/1m' })((_, response) => void response.end('found'))
    url = `${await serve(
      endpoints()((request, response) => {
        response.setHeader('access-control-allow-origin', '*')
        response.setHeader('access-control-allow-headers', 'x-pow-solution')
        if (request.method === 'OPTIONS') return void response.writeHead(204).end()
        gated(request, response)
      }),
    )}/search`
  })

  test('finds nothing wrong, and says what is offered', async () => {
    const first = await turnpike(['doctor', url])
    expect([first.exitCode, first.stderr]).toEqual([0, ''])
    expect(first.stdout).toMatch(/^GET http:.*\/search: 200 \(admitted as free\)\n/)
    const { exitCode, stdout } = await turnpike(['doctor', url, '--calls', '9'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/: 402 \(proof_required\) at call 2\n/)
    expect(stdout).toMatch(/^ {2}limit +free: 2 in 60 s, 0 left$/m)
    expect(stdout).toMatch(/^ {2}wait +\d+ s$/m)
    expect(stdout).toMatch(/^ {2}work +65,536 hashes, difficulty 4$/m)
    expect(stdout).toMatch(/^No mistakes found\.$/m)
  })

  test('--json has the same for programs', async () => {
    const { stdout } = await turnpike(['doctor', url, '--calls', '9', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      status: 402,
      code: 'proof_required',
      pow: { difficulty: 4, expectedHashes: 65_536 },
      windows: [{ name: 'free', limit: 2, windowMs: 60_000 }, { name: 'pow-quota' }],
      findings: [],
    })
  })
})
