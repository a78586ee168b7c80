import type { Ending } from '@turnpike/core'
import { isGone, watch } from '@turnpike/node'
import { afterEach, describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'

const open: { server?: Server; client?: Socket } = {}

afterEach(() => {
  open.client?.destroy()
  open.server?.closeAllConnections()
  open.server?.close()
})

/** Serves with the listener and sends raw text to it. */
async function talk(text: string, listener: RequestListener): Promise<Socket> {
  const server = createServer(listener)
  open.server = server
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1')
  open.client = client
  client.on('error', () => undefined)
  client.write(text)
  return client
}

const GET = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`

/** All endings reported for a response, 50 ms after the first. */
function endingsOf(register: (report: (ending: Ending) => void) => void): Promise<readonly Ending[]> {
  const endings: Ending[] = []
  return new Promise((resolve) => {
    register((ending) => {
      endings.push(ending)
      if (endings.length === 1) setTimeout(() => resolve(endings), 50)
    })
  })
}

describe('watch', () => {
  test('reports an ending to each of several watchers', async () => {
    const seen: Ending[] = []
    const endings = endingsOf((report) => {
      void talk(GET('/'), (_request, response) => {
        watch(response, (ending) => seen.push(ending))
        watch(response, report)
        response.statusCode = 201
        response.end()
      })
    })
    expect(await endings).toEqual([{ kind: 'completed', status: 201 }])
    expect(seen).toEqual([{ kind: 'completed', status: 201 }])
  })

  test('reports at once when the response is gone already', async () => {
    const endings = endingsOf((report) => {
      void talk(GET('/'), (_request, response) => {
        response.destroy()
        expect(isGone(response)).toBe(true)
        watch(response, report)
      })
    })
    expect(await endings).toEqual([{ kind: 'aborted', status: undefined }])
  })

  test('reports the error with which a response was destroyed, and the status when headers were out', async () => {
    const error = new Error('broke')
    const endings = endingsOf((report) => {
      void talk(GET('/'), (_request, response) => {
        watch(response, report)
        response.write('half')
        response.destroy(error)
      })
    })
    expect(await endings).toEqual([{ kind: 'errored', status: 200, error }])
  })

  test('reports a queued response whose connection closes before its turn', async () => {
    const endings = endingsOf((report) => {
      void talk(GET('/first') + GET('/second'), (request, response) => {
        if (request.url === '/first') return
        watch(response, report)
        open.client?.destroy()
      })
    })
    expect(await endings).toEqual([{ kind: 'aborted', status: undefined }])
  })

  test('reports queued responses once each, and puts one listener on their connection', async () => {
    const seen: Ending[] = []
    const listeners: number[] = []
    const endings = endingsOf((report) => {
      void talk(GET('/1') + GET('/2') + GET('/3'), (request, response) => {
        watch(response, request.url === '/3' ? report : (ending) => seen.push(ending))
        listeners.push(request.socket.listenerCount('close'))
        setTimeout(() => response.end(), 10)
      })
    })
    expect(await endings).toEqual([{ kind: 'completed', status: 200 }])
    expect(seen).toHaveLength(2)
    const [first = 0, second, third] = listeners
    expect([second, third]).toEqual([first + 1, first + 1])
  })
})
