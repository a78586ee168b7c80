import { type Decision, type Gate, isPromise, type Pass, type Policy, type RequestView } from '@turnpike/core'
import { isGone, type NodeRequest, type NodeResponse, sendAnswer } from '@turnpike/node'
import { kindOf, readCall, type ReadCall } from './call.ts'
import { viewOfCall } from './call-view.ts'
import type { GateSettings, McpGateOptions } from './gate-options.ts'
import { withDecided, withRequest } from './http-request.ts'
import { sealIn } from './input-round.ts'
import { isRequestId, isRequestMessage, type RequestId } from './json-rpc.ts'
import { originOf } from './message-origin.ts'
import type { PolicyTable } from './policy-table.ts'
import { prepareOptions } from './prepared-options.ts'
import { refusalError } from './refusal-message.ts'

/** An Express request, as far as it is looked at: `body` by `express.json()`, `auth` by the SDK's bearer middleware. */
export type ParsedRequest = NodeRequest & { readonly body?: unknown; readonly auth?: unknown }

/** Middleware of Express and of everything else that has its shape. */
export type McpMiddleware = (
  request: ParsedRequest,
  response: NodeResponse,
  next: (error?: unknown) => void,
) => void

/** A call that can be refused by a status. */
interface Asked {
  readonly call: ReadCall
  readonly id: RequestId
  readonly policy: Policy
  readonly view: RequestView
}

/**
 * Refuses calls with HTTP statuses, 402, 409, 429 and 503, with the header fields that go with them: for callers that are
 * programs. Hosts with a model behind them lose such answers, so it is no default. It takes the place of `withRequest`,
 * behind a parser of JSON and before a server with `gateMcpServer` and the same policies; that gate stays the one that
 * nothing gets around, and refuses what does not stand alone in a parsed body.
 *
 * @throws TurnpikeError as `gateMcpServer` does
 * @example app.post('/mcp', express.json(), refuseByStatus(gate, options), handler)
 */
export function refuseByStatus(gate: Gate, options: McpGateOptions): McpMiddleware {
  const { settings, table } = prepareOptions(gate, options)
  return (request, response, next) => {
    withRequest(request, () => {
      const asked = readAsked(request, table, settings)
      if (asked === undefined) next()
      else decideFirst(gate, asked, (decision) => carryOut(decision, { asked, settings, response, next }))
    })
  }
}

function decideFirst(gate: Gate, { view, policy }: Asked, use: (made: Decision | undefined) => void): void {
  const decision = gate.decide(view, policy)
  if (!isPromise(decision)) use(decision)
  // What fails here fails behind as well, and is answered there.
  else decision.then(use, () => use(undefined))
}

/** @returns undefined for all that is left to the gate behind: it is not gated, or cannot be read, or goes on by a seal */
function readAsked(request: ParsedRequest, table: PolicyTable, settings: GateSettings): Asked | undefined {
  const { body: message, auth: authInfo } = request
  if (!isRequestMessage(message) || !isRequestId(message.id)) return undefined
  const kind = kindOf(message.method)
  const call = kind === undefined ? undefined : readCall(message, kind, settings.argument)
  if (call === undefined || sealIn(message.params) !== undefined) return undefined
  try {
    const policy = table.policyFor(call)
    const view = viewOfCall(call, originOf({ authInfo }, settings.local), settings.argument)
    return policy === undefined ? undefined : { call, id: message.id, policy, view }
  } catch {
    return undefined
  }
}

interface Setting {
  readonly asked: Asked
  readonly settings: GateSettings
  readonly response: NodeResponse
  readonly next: (error?: unknown) => void
}

function carryOut(decision: Decision | undefined, { asked, settings, response, next }: Setting): void {
  if (decision?.outcome === 'refuse') {
    const body = refusalError(asked.id, decision, settings.codes)
    const headers = { ...decision.headers, 'content-type': 'application/json' }
    sendAnswer(response, { status: decision.status, headers, body })
  } else if (decision?.outcome === 'pass') {
    passOn(decision, asked, response, next)
  } else next()
}

/** The gate behind takes the decision over; where none does, nothing was called. */
function passOn(pass: Pass, { policy, view }: Asked, response: NodeResponse, next: () => void): void {
  const decided = { policy, resource: view.resource, pass, isTaken: false }
  const drop = (): void => {
    if (!decided.isTaken) void pass.finish({ kind: 'notStarted' })
    decided.isTaken = true
  }
  if (isGone(response)) drop()
  else {
    response.on('close', drop)
    withDecided(decided, next)
  }
}
