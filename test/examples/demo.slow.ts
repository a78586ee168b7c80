import { expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

test('npm run demo is let in free, works, pays and waits, shows each exchange, and ends', async () => {
  const { scripts }: { scripts: { demo: string } } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  const [, script = ''] = scripts.demo.split(' ')
  // It waits six seconds, for that is how long its free allowance takes to come back.
  const { stdout, stderr } = await run(process.execPath, [join(root, script)], { timeout: 50_000 })
  expect(stderr).toBe('')

  const answers = [...stdout.matchAll(/^<- (\d+)/gm)].map(([, status]) => Number(status))
  expect(answers).toEqual([200, 402, 402, 200, 402, 200, 402, 200])
  const ways = [...stdout.matchAll(/Turnpike-Admission: (\w+)/g)].map(([, way]) => way)
  expect(ways).toEqual(['free', 'pow', 'lightning', 'free'])
  expect(stdout).toMatch(/paid 10 sats, and 0 for routing[\s\S]*990 sats left/)

  // No credential is printed whole: preimages have 64 digits, macaroons and invoices more.
  expect(stdout).not.toMatch(/[0-9a-f]{64}/)
  expect(stdout).not.toMatch(/\w{40}/)
}, 60_000)
