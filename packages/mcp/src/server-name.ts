import { isObject } from './json-rpc.ts'

/**
 * What is at the other end of a transport: the origin of its address, with a scheme that says whether it is encrypted; the
 * command line of a server that it starts; else a name that no other transport has, so that nothing is kept for it.
 * Transports of the SDK tell neither in public, and hide neither.
 *
 * @param given - the caller's own name; an address goes before it, since it says whether credentials may be shown at all
 */
export function serverName(transport: object, given?: string): string {
  const address: unknown = Reflect.get(transport, '_url')
  if (address instanceof URL) return originOf(address)
  if (given !== undefined) return given
  const started: unknown = Reflect.get(transport, '_serverParams')
  if (isObject(started) && typeof started['command'] === 'string') {
    const { command, args } = started
    return `stdio:${JSON.stringify([command, args])}`
  }
  return `local:${crypto.randomUUID()}`
}

/** A web socket begins as a request of HTTP. */
function originOf({ href }: URL): string {
  return new URL(href.replace(/^ws/, 'http')).origin
}
