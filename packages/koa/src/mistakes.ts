import type { Gate } from '@turnpike/core'
import type { Context } from 'koa'

/** Names mistakes of the application around us. */
export function warnOfMistakes(gate: Gate, { app }: Context): void {
  // Other fields are written by the proxy alone; this one it adds to.
  if (!app.proxy || app.maxIpsCount > 0 || app.proxyIpHeader.toLowerCase() !== 'x-forwarded-for') return
  gate.warn(
    'trust_proxy_spoofable',
    'new Koa({ proxy: true }) takes the leftmost address of X-Forwarded-For, which every client may write. Say how many ' +
      'proxies stand in front of the application: new Koa({ proxy: true, maxIpsCount: 1 })',
  )
}
