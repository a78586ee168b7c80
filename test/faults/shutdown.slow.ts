import { describe, expect, test } from '@jest/globals'
import { createRawHttp } from '@turnpike/testkit'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { call, outcomeOf, work } from './caller.ts'
import { type Exit, failToStart, type ServerProcess, startServer } from './server-process.ts'

const QUICKSTART = resolve(import.meta.dirname, '../../examples/quickstart/dist/server.js')
/** Node lets a kept-alive connection idle for five seconds; a request that never ends it would wait for a minute for. */
const BOUND_MS = 15_000

/** How the server ended within the bound, and after how long. */
async function exitOf(server: ServerProcess): Promise<Exit | 'still running'> {
  const exit = await Promise.race([server.exited, pause(BOUND_MS, 'still running' as const, { ref: false })])
  await server.end()
  return exit
}

const ENDED_BY_ITSELF = { code: 0, signal: null }

describe('a server told to stop', () => {
  test('completes the call under way, settles it, takes no new one and ends with 0', async () => {
    const server = await startServer()
    const solution = await work(server.url, '/paid')
    const client = createRawHttp(server.url, { keepAlive: true })
    const slow = client.send({ path: '/paid', headers: { ...solution, 'X-Work-Ms': '1500' } })
    await server.hears('working', 1)
    server.kill('SIGTERM')
    await pause(300)
    await expect(call(server.url, '/open')).rejects.toThrow('ECONNREFUSED')
    expect(outcomeOf(await slow)).toMatchObject({ status: 200 })
    expect(await exitOf(server)).toEqual(ENDED_BY_ITSELF)
    expect(server.said()).toMatch(/"ending":"completed","status":200,"claims":"kept"/)
    client.close()
  })

  test('does not wait for connections on which nothing happens', async () => {
    const server = await startServer()
    const idle = Array.from({ length: 10 }, () => createRawHttp(server.url, { keepAlive: true }))
    await Promise.all(idle.map(async (client) => await client.send({ path: '/open' })))
    server.kill('SIGTERM')
    expect(await exitOf(server)).toEqual(ENDED_BY_ITSELF)
    for (const client of idle) client.close()
  })
})

describe('the quickstart', () => {
  test('told to stop, answers the call whose body is still coming and ends with 0', async () => {
    const server = await startServer({ script: QUICKSTART })
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1').setEncoding('utf8')
    await once(socket, 'connect')
    socket.write(
      'POST /tools/call HTTP/1.1\r\nHost: q\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{',
    )
    await pause(300)
    server.kill('SIGTERM')
    await pause(300)
    socket.write('}')
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 402 /)
    expect(await exitOf(server)).toEqual(ENDED_BY_ITSELF)
    socket.destroy()
  })

  test('told to stop, does not wait for a request that never comes to its end', async () => {
    const server = await startServer({ script: QUICKSTART })
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => undefined)
    await once(socket, 'connect')
    socket.write('GET /search HTTP/1.1\r\nHost: q\r\nX-Slow: ')
    await pause(300)
    server.kill('SIGTERM')
    expect(await exitOf(server)).toEqual(ENDED_BY_ITSELF)
    socket.destroy()
  })

  test('whose port is taken names it, PORT as the way out, and ends with 1', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const address = holder.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const exit = await failToStart({ script: QUICKSTART, env: { PORT: String(port) } })
    holder.close()
    expect(exit).toMatchObject({ code: 1, signal: null })
    expect(exit.said).toMatch(new RegExp(`Port ${port} is taken.*PORT=\\d+`))
  })
})
