import { describeAdapter } from '@turnpike/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { copyFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createConsumerSite } from './site.ts'

const root = resolve(import.meta.dirname, '../..')
const site = createConsumerSite()
/** A copy of the adapter's own test server, where it finds the installed packages only. */
const adapterServer = join(site.folder, 'javascript-esm/adapter-server.js')

beforeAll(async () => {
  await site.install()
  copyFileSync(join(root, 'packages/express/test/servers/express.js'), adapterServer)
}, 240_000)
afterAll(() => site.close())

const THROUGH_THE_GATE = { statuses: [402, 200], body: { way: 'pow' } }

describe('the packages, installed from their tarballs', () => {
  test('come one copy each, with no copy of another inside', () => {
    const nested = readdirSync(join(site.folder, 'node_modules/@turnpike'), {
      recursive: true,
      encoding: 'utf8',
    })
    expect(nested.filter((path) => path.includes('node_modules'))).toEqual([])
  })

  test.each(['javascript-esm', 'javascript-commonjs'])(
    'get a %s project through the gate',
    async (project) => {
      const { code, stdout } = await site.run(project, 'node', 'main.js')
      expect([code, JSON.parse(stdout)]).toEqual([0, THROUGH_THE_GATE])
    },
  )

  test.each([
    ['typescript-esm', { ...THROUGH_THE_GATE, events: ['challenged', 'solving', 'solved'] }],
    ['typescript-commonjs', { ...THROUGH_THE_GATE, body: { way: 'pow', compiledTo: 'commonjs' } }],
  ])('compile in a %s project and get it through the gate', async (project, expected) => {
    expect(await site.run(project, 'tsc')).toMatchObject({ code: 0, said: '' })
    const { code, stdout } = await site.run(project, 'node', 'dist/main.js')
    expect([code, JSON.parse(stdout)]).toEqual([0, expected])
  })

  test.each([
    ['jest-esm', ['--experimental-vm-modules']],
    ['jest-commonjs', []],
  ])("pass a user's tests in a %s project", async (project, flags) => {
    const jest = join(site.folder, 'node_modules/jest/bin/jest.js')
    const { code, said } = await site.run(project, 'node', ...flags, jest)
    expect([code, /^Tests: .*$/m.exec(said)?.[0]]).toEqual([0, 'Tests:       1 passed, 1 total'])
  })

  test('bring the command of the cli', async () => {
    const { code, stdout } = await site.run(
      '.',
      'turnpike',
      'solve',
      '--challenge',
      'abc123',
      '--difficulty',
      '2',
      '--json',
    )
    expect(code).toBe(0)
    const { nonce } = JSON.parse(stdout)
    expect(createHash('sha256').update(`abc123${nonce}`).digest('hex')).toMatch(/^00/)
  })
})

describe('the types, as a user sees them', () => {
  test('say how a request was admitted and refuse what is misspelt, by name', async () => {
    const { code, stdout } = await site.run('typescript-checks', 'tsc')
    expect(code).not.toBe(0)
    const errors = [...stdout.matchAll(/^(\S+)\((\d+),\d+\): error TS\d+: (.*)$/gm)]
    expect(errors.map(([, file, line, message]) => `${file}:${line} ${message}`)).toEqual([
      expect.stringMatching(/^misspelt\.ts:5 .*'nmae' does not exist/),
      expect.stringMatching(/^misspelt\.ts:6 .*'fre' does not exist.*Did you mean to write 'free'\?/),
      expect.stringMatching(/^misspelt\.ts:7 .*"60 per minute"/),
      expect.stringMatching(/^misspelt\.ts:8 .*'use' does not exist.*Did you mean to write 'uses'\?/),
      expect.stringMatching(/^misspelt\.ts:9 Property 'wya' does not exist on type 'Admission'/),
      expect.stringMatching(/^misspelt\.ts:10 'request\.turnpike' is possibly 'undefined'/),
    ])
  })
})

describeAdapter({ name: 'the installed Express 5', command: [process.execPath, adapterServer, 'express'] })
describeAdapter({ name: 'the installed Express 4', command: [process.execPath, adapterServer, 'express4'] })
