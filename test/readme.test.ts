import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { RECEIPT_META, withTurnpike } from '@turnpike/mcp'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** A block of code in a language. */
function snippet(language: string, index = 0): string {
  const blocks = [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))]
  const block = blocks[index]?.[1]
  if (block === undefined) throw new Error(`README.md has no block ${index} of ${language}`)
  return block
}

/** Writes code to where it finds the packages. @returns its path */
function saved(name: string, code: string): string {
  const folder = join(root, 'node_modules/.cache/readme')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, name)
  writeFileSync(file, code)
  return file
}

const env = { ...process.env, TURNPIKE_SECRET: 'a secret of at least thirty-two characters' }

describe('the README', () => {
  test('is under 200 lines', () => {
    expect(readme.split('\n').length).toBeLessThan(200)
  })

  test('names the two commands', () => {
    expect(readme).toMatch(/```sh\nnpm start .*\nnpm test /)
  })
})

describe("the README's MCP server", () => {
  const connected = async (client: Client): Promise<Client> => {
    const args = [saved('mcp-server.mjs', snippet('js'))]
    await client.connect(new StdioClientTransport({ command: process.execPath, args, env: definedIn(env) }))
    return client
  }

  test('gives a search away, and tells a stock client what a deep one wants', async () => {
    const client = await connected(new Client({ name: 'stock', version: '1.0.0' }))
    expect(await client.callTool({ name: 'search' })).toMatchObject({
      content: [{ text: 'found' }],
      _meta: { [RECEIPT_META]: { way: 'free', remaining: { free: 59 } } },
    })
    expect(await client.callTool({ name: 'deep_search' })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('Ways on: work: about 65,536 SHA-256 hashes') }],
    })
    await client.close()
  })

  test('lets a client through that works', async () => {
    const client = await connected(withTurnpike(new Client({ name: 'agent', version: '1.0.0' })))
    expect(await client.callTool({ name: 'deep_search' })).toMatchObject({
      content: [{ text: 'found more' }],
    })
    await client.close()
  })
})

describe("the README's HTTP server", () => {
  let child: ChildProcess
  let url = ''
  beforeAll(async () => {
    const listening = 'app.listen(0, "127.0.0.1", function () { console.log(this.address().port) })'
    const file = saved('server.mjs', snippet('js', 1).replace('app.listen(3000)', listening))
    child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const [said] = child.stdout === null ? [] : await once(child.stdout, 'data')
    url = `http://127.0.0.1:${String(said).trim()}`
  })
  afterAll(async () => {
    child.kill()
    await once(child, 'exit')
  })

  test('gives 60 searches a minute away', async () => {
    const answer = await fetch(`${url}/search`)
    expect([answer.status, answer.headers.get('ratelimit')]).toEqual([
      200,
      '"ceiling";r=599;t=60, "free";r=59;t=60',
    ])
    expect(await answer.json()).toEqual({ way: 'free' })
  })

  test('wants work for a tool, and takes the work of three lines of Python', async () => {
    const call = (headers: Record<string, string>) => fetch(`${url}/tools/call`, { method: 'POST', headers })
    const refusal = await call({})
    expect(refusal.status).toBe(402)
    const { challenge } = Object(Object(await refusal.json()).offers[0])
    const nonce = execFileSync('python3', ['-c', snippet('python'), String(challenge)], {
      encoding: 'utf8',
    }).trim()
    const answer = await call({ 'x-pow-solution': `challenge=${String(challenge)},nonce=${nonce}` })
    expect([answer.status, await answer.json()]).toEqual([200, { done: true }])
  })
})

function definedIn(variables: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(variables).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return Object.fromEntries(entries)
}
