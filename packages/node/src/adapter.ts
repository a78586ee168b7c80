import {
  checkKnownOptions,
  ceilingPolicy,
  demandCalled,
  protectPolicy,
  toGate,
  TurnpikeError,
  type CeilingOptions,
  type Gate,
  type GateOptions,
  type Pass,
  type Policy,
  type ProtectOptions,
  type Requirement,
  type Windows,
} from '@turnpike/core'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { admit, type Exchange } from './admit.ts'
import { answerEndpoint } from './document-endpoint.ts'
import { guarded } from './guarded-listener.ts'
import type { NodeRequest } from './request-view.ts'
import type { NodeResponse } from './response.ts'
import { statusEndpoint, type StatusOptions } from './status-endpoint.ts'

/** A request listener of node:http or of http2's compat API; may be async. */
export type Handler<Q extends NodeRequest, S extends NodeResponse> = (request: Q, response: S) => unknown

/** What `createServer` takes: it never throws, and what it returns is for a wrapper around it alone. */
export type Listener<Q extends NodeRequest, S extends NodeResponse> = (request: Q, response: S) => void

/**
 * Wraps a handler. The first form lets TypeScript know the parameters of a handler written in place; a handler for http2
 * names its own.
 */
export interface Wrap {
  (handler: Handler<IncomingMessage, ServerResponse>): Listener<IncomingMessage, ServerResponse>
  <Q extends NodeRequest, S extends NodeResponse>(handler: Handler<Q, S>): Listener<Q, S>
}

/** What only a plain server has to be told. */
export interface NodeOptions {
  /** The client's address behind a proxy that you trust (default: the peer of the socket). */
  readonly ip?: (request: NodeRequest) => string | undefined
  /** Told of what handlers and the gate throw; the caller sees a bare 500 (default: console.error). */
  readonly onError?: (error: unknown) => void
}

/** May be taken apart: `const { protect, ceiling, endpoints } = turnpike(...)`. */
export interface NodeTurnpike {
  readonly gate: Gate
  /** Demands a requirement once the free allowance is used up; `protect()` is 60 calls a minute free, then `pow(4)`. */
  readonly protect: (requirement?: Requirement | ProtectOptions, options?: ProtectOptions) => Wrap
  /** Limits all callers, however admitted. */
  readonly ceiling: (windows: Windows, options?: CeilingOptions) => Wrap
  /** Answers the challenge endpoint, serves `gate.documents`, and hands on everything else. */
  readonly endpoints: () => Wrap
  /** Serves `gate.status()` to those whom `authorize` lets in, wherever you call it. */
  readonly status: (options: StatusOptions<NodeRequest>) => Listener<NodeRequest, NodeResponse>
}

/**
 * The gate for plain node:http and http2 servers.
 *
 * @example
 * const { protect } = turnpike({ name: 'my-api', secret })
 * createServer(protect(pow(4), { free: '60/1m' })((request, response) => response.end('hello')))
 * @throws TurnpikeError as `createGate` and `gate.policy` do, at boot
 */
export function turnpike(gateOrOptions: Gate | GateOptions, options: NodeOptions = {}): NodeTurnpike {
  const gate = toGate(gateOrOptions)
  checkKnownOptions('turnpike()', options, ['ip', 'onError'])
  for (const hook of ['ip', 'onError'] as const) {
    if (options[hook] === undefined || typeof options[hook] === 'function') continue
    throw new TurnpikeError('option_invalid', `turnpike() ${hook} takes a function`)
  }
  const { ip, onError = console.error } = options
  const exchangeOf = (request: NodeRequest, response: NodeResponse): Exchange =>
    ip === undefined ? { request, response } : { request, response, extras: { ip: ip(request) } }
  const gated =
    (policy: Policy): Wrap =>
    <Q extends NodeRequest, S extends NodeResponse>(handler: Handler<Q, S>) =>
      guarded<Q, S>(onError, async (request, response) => {
        const entry = await admit(gate, policy, exchangeOf(request, response))
        if (entry.outcome === 'answered') return
        if (entry.outcome === 'skip') await handler(request, response)
        else await run(entry, { request, response }, () => handler(request, response))
      })
  return {
    gate,
    protect: (requirement, more) => gated(gate.policy(protectPolicy(requirement, more))),
    ceiling: (windows, more) => gated(gate.policy(ceilingPolicy(windows, more))),
    endpoints: (...given: readonly unknown[]) => {
      demandWrapped(given[0])
      return <Q extends NodeRequest, S extends NodeResponse>(handler: Handler<Q, S>) => {
        demandCalled(ENDPOINTS, handler)
        return guarded<Q, S>(onError, async (request, response) => {
          const answered = await answerEndpoint(gate, request.url ?? '/', exchangeOf(request, response))
          if (!answered) await handler(request, response)
        })
      }
    },
    status: (more) => statusEndpoint(gate, more, onError),
  }
}

const ENDPOINTS = 'endpoints()(handler)'

/** Here the maker's maker is one call away from where the handler goes. */
function demandWrapped(first: unknown): void {
  demandCalled(ENDPOINTS, first)
  if (typeof first !== 'function') return
  throw new TurnpikeError('option_invalid', `endpoints() takes no handler: write ${ENDPOINTS}`)
}

async function run(pass: Pass, { response }: Exchange, handler: () => unknown): Promise<void> {
  try {
    await handler()
  } catch (error) {
    // Before our 500 goes out: that would be reported as completed.
    void pass.finish({
      kind: 'errored',
      error,
      status: response.headersSent ? response.statusCode : undefined,
    })
    throw error
  }
}
