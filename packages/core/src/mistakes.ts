import type { Engine } from './engine.ts'
import { isSecondGate } from './passage.ts'
import type { Policy } from './policy.ts'
import type { RequestView } from './request.ts'

/** Names what a request gives away about a mistake in the application; each once. */
export function nameMistakes(engine: Engine, view: RequestView, policy: Policy): void {
  if (isSecondGate(view, engine)) {
    engine.warnings.once(
      'two_gates',
      `another gate decides requests to '${view.path}' too; callers would need a credential for each. Share one gate`,
    )
  }
  if (isForwardedUnbelieved(view)) {
    engine.warnings.once(
      'trust_proxy_missing',
      "a request with X-Forwarded-For was counted by another address. If a proxy of yours wrote the field, all callers share the proxy's limits: name it to the framework, in Express by app.set('trust proxy', 1). If none did, a client made it up",
    )
  }
  if (policy.demands && policy.mode === 'enforce' && isJsonRpc(view.body())) {
    engine.warnings.once(
      'json_rpc_behind_protect',
      `'${view.path}' carries JSON-RPC: a 402 to its opening requests breaks MCP hosts. Price its tools with gateMcpServer()`,
    )
  }
}

/** A framework that believes the field takes the address from it, as it is spelled there. */
function isForwardedUnbelieved(view: RequestView): boolean {
  const field = view.header('x-forwarded-for')
  return field !== undefined && view.ip !== undefined && !field.includes(view.ip)
}

function isJsonRpc(body: unknown): boolean {
  const message: unknown = Array.isArray(body) ? body[0] : body
  return typeof message === 'object' && message !== null && 'jsonrpc' in message && message.jsonrpc === '2.0'
}

/** A policy that is made anew for each request has empty windows each time, and admits everybody. */
export function namePolicyPerRequest({ warnings }: Engine): void {
  warnings.once(
    'policy_per_request',
    'protect() or ceiling() was called while serving requests: each call makes a policy with empty windows. Call it once, at start',
  )
}
