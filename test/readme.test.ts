import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** The first block of code in a language. */
function snippet(language: string): string {
  const block = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1]
  if (block === undefined) throw new Error(`README.md has no block of ${language}`)
  return block
}

describe('the README', () => {
  test('is under 200 lines', () => {
    expect(readme.split('\n').length).toBeLessThan(200)
  })

  test('names the two commands', () => {
    expect(readme).toMatch(/```sh\nnpm start .*\nnpm test /)
  })
})

describe("the README's server", () => {
  let child: ChildProcess
  let url = ''
  beforeAll(async () => {
    const folder = join(root, 'node_modules/.cache/readme')
    mkdirSync(folder, { recursive: true })
    const file = join(folder, 'server.mjs')
    const listening = 'app.listen(0, "127.0.0.1", function () { console.log(this.address().port) })'
    writeFileSync(file, snippet('js').replace('app.listen(3000)', listening))
    const env = { ...process.env, TURNPIKE_SECRET: 'a secret of at least thirty-two characters' }
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
