import type { IncomingMessage } from 'node:http'

/**
 * Who calls, where proxies of ours stand in front: each adds to the right end of `X-Forwarded-For` the address that it was
 * called from, and what stands further left is the caller's own claim.
 *
 * @param proxies - how many of them, 0 for none
 * @returns undefined where the connection itself has to do
 */
export function clientAddress(request: IncomingMessage, proxies: number): string | undefined {
  if (proxies === 0) return undefined
  const field = request.headers['x-forwarded-for']
  const listed = [field ?? ''].flat().join(',').split(',')
  const address = listed.at(-proxies)?.trim()
  return address === '' ? undefined : address
}
