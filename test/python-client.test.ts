import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createGate, pow } from '@turnpike/core'
import { admission, turnpike } from '@turnpike/node'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { blockOf, ROOT, sectionOf, textOf } from './document.ts'

const CLIENT = 'docs/clients/turnpike.py'
const run = promisify(execFile)

const gate = createGate({
  name: 'python',
  secret: 'a secret of the tests, long enough to be one',
  log: () => undefined,
})
const { protect, ceiling } = turnpike(gate)
const tell: RequestListener = (request, response) => {
  response.end(`${request.method} by ${admission(request)?.way}`)
}
const ROUTES: Readonly<Record<string, RequestListener>> = {
  '/free': protect(pow(3), { free: '60/1m' })(tell),
  '/worked': protect(pow(3))(tell),
  '/four': protect(pow(4, { count: 4 }))(tell),
  '/hard': protect(pow(7, { adaptive: false }))(tell),
  '/second': ceiling('1/1s')(tell),
  '/minute': ceiling('1/1m')(tell),
  '/moved': (_request, response) => {
    response.writeHead(307, { location: '/worked' }).end()
  },
}

describe('the client in Python', () => {
  let server: Server
  let origin = ''
  beforeAll(async () => {
    server = createServer((request, response) => ROUTES[request.url ?? '']?.(request, response))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  })
  afterAll(async () => {
    server.close()
    await gate.close()
  })
  const call = async (...args: readonly string[]): Promise<string> => {
    const [path = '', ...rest] = args
    return (await run('python3', [join(ROOT, CLIENT), origin + path, ...rest])).stdout
  }

  test('is thirty lines of code, without blank ones, words and the command, on the standard library alone', () => {
    const [, code = ''] = textOf(CLIENT).split('"""\n')
    const [client = ''] = code.split('if __name__')
    expect(client.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(30)
    expect(code.match(/^(?:from|import) .*$/gm)).toEqual([
      'import hashlib, itertools, json, re, sys, time, urllib.error, urllib.request',
    ])
  })

  test.each([
    ['/free', [], 'GET by free'],
    ['/worked', [], 'GET by pow'],
    ['/worked', ['{"tool":"search"}'], 'POST by pow'],
    ['/four', [], 'GET by pow'],
  ])('%s %j: %s', async (path, args, said) => {
    expect(await call(path, ...args)).toBe(said)
  })

  test('is not even needed: the lines of shell in docs/protocol.md get in', async () => {
    const solvers = sectionOf('docs/protocol.md', '## Short solvers')
    const folder = mkdtempSync(join(tmpdir(), 'turnpike-shell-'))
    writeFileSync(join(folder, 'solve.py'), blockOf(solvers, 'python'))
    const script = blockOf(solvers, 'sh').replace('http://localhost:3000/search', `${origin}/worked`)
    const { stdout } = await run('bash', ['-euc', script], { cwd: folder })
    rmSync(folder, { recursive: true })
    expect(stdout).toMatch(/^HTTP\/1.1 200 OK[^]*GET by pow$/)
  })

  test('waits as long as it is told to', async () => {
    await fetch(`${origin}/second`)
    expect(await call('/second')).toBe('GET by free')
  })

  test.each([
    ['/hard', 'not worked for: 1 nonces of target 0000000f'],
    ['/minute', 'HTTP Error 429'],
    ['/moved', 'HTTP Error 307'],
  ])('gives up at %s: %s', async (path, said) => {
    await fetch(`${origin}/minute`)
    await expect(call(path)).rejects.toThrow(said)
  })
})
