/** Would a credential travel unencrypted to another machine? Names that are no URLs are programs on this one. */
export function isExposed(origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, hostname } = new URL(origin)
  if (protocol !== 'http:' && protocol !== 'ws:') return false
  // Not `app.localhost`: outside of browsers such names are asked of the network, which may send them anywhere.
  return !/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}
