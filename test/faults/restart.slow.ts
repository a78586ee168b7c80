import { afterEach, describe, expect, test } from '@jest/globals'
import { setTimeout as pause } from 'node:timers/promises'
import { call, work } from './caller.ts'
import { type ServerProcess, startServer } from './server-process.ts'

let server: ServerProcess | undefined
afterEach(async () => await server?.end())

/** The process dies without a word and another one, with the same secret, takes its place. */
async function crash(dying: ServerProcess): Promise<ServerProcess> {
  dying.kill('SIGKILL')
  await dying.exited
  return await startServer()
}

describe('a process killed and started again with the same secret', () => {
  test('R15 refuses what was spent before, and what was issued before, as lost', async () => {
    server = await startServer()
    const spent = await work(server.url, '/paid')
    const unspent = await work(server.url, '/paid')
    expect(await call(server.url, '/paid', spent)).toMatchObject({ status: 200 })
    await pause(1000)
    server = await crash(server)
    expect(await call(server.url, '/paid', spent)).toEqual({ status: 402, code: 'credential_lost' })
    expect(await call(server.url, '/paid', unspent)).toEqual({ status: 402, code: 'credential_lost' })
  })

  test('R15 admits nobody twice, however quickly it is back', async () => {
    server = await startServer()
    for (let round = 0; round < 5; round += 1) {
      // Challenges carry whole seconds: begun early in one, the restart is over within it.
      await pause(1010 - (Date.now() % 1000))
      const solution = await work(server.url, '/paid')
      const first = await call(server.url, '/paid', solution)
      server = await crash(server)
      const second = await call(server.url, '/paid', solution)
      expect([round, first.status, second.status]).toEqual([round, 200, 402])
    }
  })

  test('R15 does not admit a copy of what was under way when it died', async () => {
    server = await startServer()
    const solution = await work(server.url, '/paid')
    const cutOff = call(server.url, '/paid', { ...solution, 'X-Work-Ms': '5000' }).catch(() => 'cut off')
    await server.hears('working', 1)
    server = await crash(server)
    expect(await cutOff).toBe('cut off')
    expect(await call(server.url, '/paid', solution)).toMatchObject({ status: 402 })
  })

  test('sells to whoever asks the new one', async () => {
    server = await crash(await startServer())
    const solution = await work(server.url, '/paid')
    expect(await call(server.url, '/paid', solution)).toMatchObject({ status: 200 })
  })
})
