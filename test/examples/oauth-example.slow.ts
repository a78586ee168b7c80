import { expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const folder = resolve(import.meta.dirname, '../../examples/oauth')
const run = promisify(execFile)

test('the OAuth example lets tokens and work in, refuses a stolen token, shows each exchange, and ends', async () => {
  const { scripts }: { scripts: { start: string } } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  const [, script = ''] = scripts.start.split(' ')
  const { stdout } = await run(process.execPath, [join(folder, script)], { timeout: 20_000 })

  const answers = [...stdout.matchAll(/^<- (\d+)/gm)].map(([, status]) => Number(status))
  expect(answers).toEqual([402, 402, 200, 200, 200, 401])
  const ways = [...stdout.matchAll(/Turnpike-Admission: (\w+)/g)].map(([, way]) => way)
  expect(ways).toEqual(['pow', 'bearer', 'bearer'])

  // No token is printed whole, nor a part of one that would do.
  expect(stdout).not.toMatch(/eyJ[\w-]{20}/)
})
