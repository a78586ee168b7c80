import { afterEach } from '@jest/globals'
import { createFetch } from '@turnpike/client'
import type { ClientEvent, FetchOptions } from '@turnpike/client'
import type { RequestListener, Server } from 'node:http'
import { close, listen } from './toy-gate.ts'

/** Servers that end with each test. */
export function useServers(): (listener: RequestListener) => Promise<string> {
  const servers: Server[] = []
  afterEach(() => servers.splice(0).forEach(close))
  return async (listener) => {
    const { url, server } = await listen(listener)
    servers.push(server)
    return url
  }
}

/** A client whose events are kept. */
export function client(options: FetchOptions = {}) {
  const events: ClientEvent[] = []
  const fetch = createFetch({ ...options, onEvent: (event) => events.push(event) })
  const types = (): string[] => events.map(({ type }) => type)
  const reason = (): string | undefined =>
    events.map((e) => (e.type === 'gaveUp' ? e.reason : '')).findLast(Boolean)
  return { fetch, events, types, reason }
}
