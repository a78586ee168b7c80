/** Rounds of input (MCP 2026-07-28): a call that is answered by a question, and sent again with the reply. */
import { type Pass, SEAL_PREFIX } from '@turnpike/core'
import { isObject, type JsonObject, type ResponseMessage } from './json-rpc.ts'

/** A result that asks the client for something, and is not the last word on the call. */
export function asksForInput(result: unknown): result is JsonObject {
  return isObject(result) && result['resultType'] === 'input_required'
}

/** The seal in a call that goes on; undefined where there is none, or a state of the server's own. */
export function sealIn(params: unknown): string | undefined {
  const state = isObject(params) ? params['requestState'] : undefined
  return typeof state === 'string' && state.startsWith(SEAL_PREFIX) ? state : undefined
}

/** A call with the server's own state in place of the seal, or with none where the server had none. */
export function unsealed<Message extends JsonObject>(message: Message, state: string | undefined): Message {
  const { requestState: _seal, ...params } = isObject(message['params']) ? message['params'] : {}
  return { ...message, params: state === undefined ? params : { ...params, requestState: state } }
}

/**
 * Lets an admitted call wait for the reply, and puts the seal around the server's state (R34). Where the gate cannot hold it
 * the question goes out as it is, and the next round is a call of its own.
 */
export async function heldForInput(
  pass: Pass,
  message: ResponseMessage & JsonObject,
): Promise<ResponseMessage & JsonObject> {
  const result = isObject(message.result) ? message.result : {}
  const state = result['requestState']
  const seal = await pass.hold(typeof state === 'string' ? state : undefined)
  return seal === undefined ? message : { ...message, result: { ...result, requestState: seal } }
}
