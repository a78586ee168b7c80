/**
 * Is it this machine, by its name or address? Only there may credentials go unencrypted (R35). Not `app.localhost`: outside
 * of browsers such names are asked of the network, which may send them anywhere.
 *
 * @param hostname - as in a URL, or an address of IPv6 without brackets
 */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|::1)$/.test(hostname)
}
