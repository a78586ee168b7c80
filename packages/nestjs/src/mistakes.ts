import type { Gate } from '@turnpike/core'
import type { AbstractHttpAdapter } from '@nestjs/core'

/** Names a trust setting that lets every client choose its own address. */
export function warnOfMistakes(gate: Gate, adapter: AbstractHttpAdapter): void {
  const platform: unknown = adapter.getInstance()
  if (adapter.getType() === 'express' && isExpress(platform) && platform.get('trust proxy') === true) {
    gate.warn(
      'trust_proxy_spoofable',
      "app.set('trust proxy', true) lets every client choose its own address. Set the number of proxies in front of " +
        "the application instead: app.set('trust proxy', 1), or their subnets: app.set('trust proxy', 'loopback, 10.0.0.0/8')",
    )
  }
  if (adapter.getType() === 'fastify' && fastifyTrust(platform) === true) {
    gate.warn(
      'trust_proxy_spoofable',
      'new FastifyAdapter({ trustProxy: true }) lets every client choose its own address. Name the subnets of the proxies ' +
        "in front of the application instead: new FastifyAdapter({ trustProxy: '10.0.0.0/8' })",
    )
  }
}

function isExpress(platform: unknown): platform is { get(setting: string): unknown } {
  return typeof platform === 'function' && 'get' in platform && typeof platform.get === 'function'
}

/** Fastify shows all of its options but this one; it keeps them under a symbol. */
function fastifyTrust(platform: unknown): unknown {
  if (typeof platform !== 'object' || platform === null) return undefined
  const symbol = Object.getOwnPropertySymbols(platform).find(
    ({ description }) => description === 'fastify.options',
  )
  const options: unknown = symbol === undefined ? undefined : Reflect.get(platform, symbol)
  return typeof options === 'object' && options !== null && 'trustProxy' in options
    ? options.trustProxy
    : undefined
}
