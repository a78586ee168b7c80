import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { withTurnpike } from '@turnpike/mcp'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '..')
const server = join(root, 'examples/quickstart/dist/server.js')
const cli = join(root, 'packages/cli/bin/turnpike.js')
const run = promisify(execFile)

interface Started {
  readonly child: ChildProcess
  readonly url: string
  readonly said: () => string
}

async function start(port: number): Promise<Started> {
  const child = spawn(process.execPath, [server], { env: { ...process.env, PORT: String(port) } })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)))
  for (;;) {
    const url = /up at (http:\S+)/.exec(said)?.[1]
    if (url !== undefined) return { child, url, said: () => said }
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
    if (child.exitCode !== null) throw new Error(said)
  }
}

async function curl(...args: readonly string[]): Promise<{ status: number; body: string }> {
  const { stdout } = await run('curl', ['-s', '-w', '\n%{http_code}', ...args])
  const cut = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(cut + 1)), body: stdout.slice(0, cut) }
}

const JSON_CALL = ['-H', 'Content-Type: application/json', '-d', '{"name":"tool","arguments":{}}']

describe('npm start', () => {
  let quickstart: Started
  beforeAll(async () => {
    quickstart = await start(0)
  })
  afterAll(async () => {
    quickstart.child.kill('SIGTERM')
    await once(quickstart.child, 'exit')
  })

  test('refuses a bare call with everything needed to get through', async () => {
    const { status, body } = await curl('-X', 'POST', `${quickstart.url}/tools/call`, ...JSON_CALL)
    expect(status).toBe(402)
    expect(JSON.parse(body)).toMatchObject({
      code: 'proof_required',
      resource: 'POST /tools/call',
      offers: [
        { rail: 'pow', difficulty: 4, target: '0000ffff', count: 1, algorithm: 'sha256' },
        { rail: 'lightning', invoice: expect.stringMatching(/^lnbcrt100n1/), sats: 10, uses: 1 },
      ],
    })
  })

  test('lets a solver in, once: challenge, solve, call, call again', async () => {
    const issued: unknown = JSON.parse((await curl(`${quickstart.url}/api/challenge`)).body)
    const challenge = String(Object(issued).challenge)
    const { stdout } = await run(process.execPath, [
      cli,
      'solve',
      '--challenge',
      challenge,
      '--difficulty',
      '4',
    ])
    const header = /^\s*(X-PoW-Solution: challenge=\S+,nonce=\S+)$/m.exec(stdout)?.[1] ?? ''
    const call = ['-X', 'POST', `${quickstart.url}/tools/call`, '-H', header, ...JSON_CALL]
    expect(await curl(...call)).toMatchObject({
      status: 200,
      body: expect.stringContaining('You worked your way in.'),
    })
    const again = await curl(...call)
    expect([again.status, JSON.parse(again.body)]).toMatchObject([402, { code: 'credential_spent' }])
  })

  test('prints commands that work as they stand', async () => {
    const script = quickstart
      .said()
      .split('\n')
      .filter((line) => line.startsWith('   '))
      .slice(1, 4)
      .join('\n')
      .replace('npx @turnpike/cli', `"${process.execPath}" "${cli}"`)
    expect(script).toContain('solve --challenge')
    const { stdout } = await run('bash', ['-c', script])
    expect(stdout).toContain('You worked your way in.')
  })

  test('prints a wallet of play money, and a command that pays with it', async () => {
    const lines = /^ {3}export TURNPIKE_WALLET=.*\n.*$/m.exec(quickstart.said())?.[0] ?? ''
    const folder = mkdtempSync(join(tmpdir(), 'turnpike-'))
    const command = lines.replace(
      'npx @turnpike/cli fetch',
      `"${process.execPath}" "${cli}" fetch --ledger ledger.json`,
    )
    const { stdout } = await run('bash', ['-c', command], { cwd: folder })
    rmSync(folder, { recursive: true })
    expect(JSON.parse(stdout)).toEqual({
      content: [{ type: 'text', text: 'You paid your way in.' }],
      way: 'lightning',
    })
  })

  test('gives five searches a minute away, then asks for work and says when there is more', async () => {
    const statuses: number[] = []
    let last = ''
    for (let call = 0; call < 6; call++) {
      const { status, body } = await curl(`${quickstart.url}/search`)
      statuses.push(status)
      last = body
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 402])
    expect(Object(JSON.parse(last)).detail).toMatch(/wait \d+ s for the free allowance \(5 per minute\)/)
  })

  test('serves MCP: a tool for nothing, and one that wants work', async () => {
    const commands = quickstart.said().match(/^ {3}curl \S+\/mcp .*$/gm) ?? []
    const [rolled, refused] = await Promise.all(
      commands.map(async (command): Promise<unknown> => {
        const { stdout } = await run('bash', ['-c', `${command} -s`])
        const answer: unknown = JSON.parse(stdout)
        return answer
      }),
    )
    expect(rolled).toMatchObject({ result: { content: [{ text: expect.stringContaining('You rolled a') }] } })
    expect(refused).toMatchObject({
      result: {
        isError: true,
        content: [{ text: expect.stringContaining('Ways on: work: about 65,536 SHA-256 hashes') }],
        _meta: { 'io.github.turnpike/challenge': { code: 'proof_required', resource: 'deep_search' } },
      },
    })
    expect((await curl(`${quickstart.url}/mcp`)).status).toBe(405)
  })

  test('lets a client that works call the tool that wants it', async () => {
    const client = withTurnpike(new Client({ name: 'agent', version: '1.0.0' }))
    await client.connect(new StreamableHTTPClientTransport(new URL(`${quickstart.url}/mcp`)))
    const { content } = await client.callTool({ name: 'deep_search', arguments: {} })
    expect(content).toEqual([{ type: 'text', text: 'You worked your way in.' }])
    await client.close()
  })

  test.each([
    [
      'Python',
      'python3',
      '-c',
      `
import hashlib, itertools, sys
c = sys.argv[1]
print(next(f"{n:x}" for n in itertools.count() if hashlib.sha256(f"{c}{n:x}".encode()).hexdigest()[:8] <= "0000ffff"))`,
    ],
    [
      'Node',
      process.execPath,
      '-e',
      `
const { hash } = require('node:crypto'), [c] = process.argv.slice(1); let n = 0
while (hash('sha256', c + n.toString(16)).slice(0, 8) > '0000ffff') n++
console.log(n.toString(16))`,
    ],
  ])('lets three lines of %s in, with nothing installed', async (_language, command, flag, script) => {
    const issued: unknown = JSON.parse((await curl(`${quickstart.url}/api/challenge`)).body)
    const challenge = String(Object(issued).challenge)
    const { stdout } = await run(command, [flag, script, challenge])
    const header = `X-PoW-Solution: challenge=${challenge},nonce=${stdout.trim()}`
    expect(
      (await curl('-X', 'POST', `${quickstart.url}/tools/call`, '-H', header, ...JSON_CALL)).status,
    ).toBe(200)
  })
})

describe('npm start that cannot', () => {
  test('says that the port is taken, and how to take another', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const address = holder.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    await expect(start(port)).rejects.toThrow(`Port ${port} is taken`)
    holder.close()
  })

  test('says what a port is', async () => {
    await expect(start(70_000)).rejects.toThrow('PORT=70000 is no port')
  })
})
