import { describe, expect, test } from '@jest/globals'
import { createFetch } from '@turnpike/client'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { blockOf, ROOT, textOf } from './document.ts'

const run = promisify(execFile)
const PRELOAD = pathToFileURL(join(ROOT, 'test/snippets/listen-anywhere.js')).href
const env = {
  ...process.env,
  TELL_ADDRESS: '1',
  TURNPIKE_SECRET: 'a secret of the tests, long enough to be one',
}

/** What the reader of a page has made by its end. @returns the folder */
function folderOf(page: string, files: Readonly<Record<string, string>>): string {
  const folder = join(ROOT, 'node_modules/.cache/getting-started', page)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const pageOf = (name: string): string => textOf(`docs/getting-started/${name}.md`)

async function nestFolder(): Promise<string> {
  const page = pageOf('nestjs')
  const folder = folderOf('nestjs', {
    'tsconfig.json': blockOf(page, 'json'),
    'main.ts': blockOf(page, 'ts'),
  })
  await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder], { cwd: folder })
  return join(folder, 'dist')
}

async function start(folder: string, file: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--import', PRELOAD, file], { cwd: folder, env })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)))
  for (;;) {
    const url = /up at (http:\S+)/.exec(said)?.[1]
    if (url !== undefined) return { child, url }
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
    if (child.exitCode !== null) throw new Error(said)
  }
}

describe('docs/getting-started', () => {
  test.each(['express', 'koa', 'node', 'nestjs'])(
    '%s: the first call is refused, the second works its way in, and searches are free',
    async (page) => {
      const folder =
        page === 'nestjs' ? await nestFolder() : folderOf(page, { 'server.js': blockOf(pageOf(page), 'js') })
      const { child, url } = await start(folder, page === 'nestjs' ? 'main.js' : 'server.js')
      const call = `${url}/tools/call`
      const refused = await fetch(call, { method: 'POST' })
      expect([refused.status, await refused.json()]).toMatchObject([402, { code: 'proof_required' }])
      const admitted = await createFetch()(call, { method: 'POST' })
      expect(await admitted.json()).toEqual({ done: true })
      const search = page === 'nestjs' ? '/tools/search' : '/search'
      const found = await fetch(url + search)
      expect([found.headers.get('turnpike-admission'), await found.json()]).toEqual(['free', { found: 1 }])
      child.kill()
      await once(child, 'exit')
    },
  )

  test('mcp: the first answer is a refusal, the second the tool', async () => {
    const [server = '', agent = ''] = [...pageOf('mcp').matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(
      ([, code]) => code,
    )
    const folder = folderOf('mcp', { 'server.js': server, 'agent.js': agent })
    const { stdout } = await run(process.execPath, ['agent.js'], { cwd: folder, env })
    const [refused, found] = stdout.trim().split('\n')
    expect(refused).toContain('Work or payment is required. Ways on:')
    expect(found).toBe('[{"type":"text","text":"found more"}]')
  })
})
