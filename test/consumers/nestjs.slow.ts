import { describeAdapter } from '@turnpike/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { copyFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createConsumerSite } from './site.ts'

const root = resolve(import.meta.dirname, '../..')
/** Outside the workspace, where no other Nest is to be found. */
const site = createConsumerSite({
  ours: ['protocol', 'solver', 'core', 'client', 'node', 'nestjs', 'testkit'],
  frameworks: {
    '@nestjs/common': '11.2.10',
    '@nestjs/core': '11.2.10',
    '@nestjs/platform-express': '11.2.10',
    '@nestjs/platform-fastify': '11.2.8',
    '@nestjs/testing': '11.2.6',
    'reflect-metadata': '0.2.2',
    rxjs: '7.8.2',
  },
  projects: 'projects/nest11',
})
/** A copy of the adapter's own test server, in an ESM project, where it finds the installed packages only. */
const server = join(site.folder, 'jest-esm/adapter-server.js')

beforeAll(async () => {
  await site.install()
  copyFileSync(join(root, 'packages/nestjs/test/servers/nest.js'), server)
}, 240_000)
afterAll(() => site.close())

describe('the packages on Nest 11, installed from their tarballs', () => {
  test('compile in a CommonJS application and gate it', async () => {
    expect(await site.run('application-commonjs', 'tsc')).toMatchObject({ code: 0, said: '' })
    const { code, stdout, said } = await site.run('application-commonjs', 'node', 'dist/main.js')
    if (code !== 0) throw new Error(said)
    expect(JSON.parse(stdout)).toEqual({
      statuses: [402, 200, 402],
      admitted: 200,
      body: { way: 'pow', gate: 'consumer', compiledTo: 'commonjs' },
    })
  })

  test.each([
    ['jest-esm', ['--experimental-vm-modules']],
    ['jest-commonjs', []],
  ])("pass a user's tests in a %s project", async (project, flags) => {
    const jest = join(site.folder, 'node_modules/jest/bin/jest.js')
    const { code, said } = await site.run(project, 'node', ...flags, jest)
    expect([code, /^Tests: .*$/m.exec(said)?.[0]]).toEqual([0, 'Tests:       3 passed, 3 total'])
  })
})

const limits = { mounting: 'the module mounts the endpoint itself, once, where all clients look for it' }
const node = process.execPath
describeAdapter({ name: 'the installed Nest 11 on Express', command: [node, server, 'express'], limits })
describeAdapter({ name: 'the installed Nest 11 on Fastify', command: [node, server, 'fastify'], limits })
