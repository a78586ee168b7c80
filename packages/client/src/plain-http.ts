import { isLoopback } from './loopback.ts'

/** Would a credential travel unencrypted to another machine? Names that are no URLs are programs on this one. */
export function isExposed(origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, hostname } = new URL(origin)
  if (protocol !== 'http:' && protocol !== 'ws:') return false
  return !isLoopback(hostname)
}
