import type { Refusal } from '@turnpike/core'
import type { ReadCall } from './call.ts'
import { errorMessage, type JsonObject, metaOf, type RequestId, resultMessage } from './json-rpc.ts'
import {
  CHALLENGE_META,
  INTERNAL_ERROR,
  PROTOCOL_VERSION_META,
  REFUSAL_CODES,
  type RefusalCodes,
  type RefusalStatus,
} from './wire-names.ts'

/**
 * A refusal as a message. A tool result survives every client and reaches the model; an error carries data to programs
 * that read it. Resources and prompts know errors only.
 */
export function refusalMessage(
  call: ReadCall,
  id: RequestId,
  refusal: Refusal,
  { form, codes }: { readonly form: 'result' | 'error'; readonly codes: RefusalCodes },
): JsonObject {
  if (form === 'result' && call.kind === 'tool') return resultMessage(id, refusalResult(call, refusal))
  return refusalError(id, refusal, codes)
}

/** A refusal as an error with the problem for its data. */
export function refusalError(id: RequestId, { body, status }: Refusal, codes: RefusalCodes): JsonObject {
  return errorMessage(id, isRefusalStatus(status) ? codes[status] : INTERNAL_ERROR, body.detail, body)
}

/** Without `structuredContent`: clients check it against the tool's schema, and some then hide the text. */
function refusalResult({ message }: ReadCall, { body }: Refusal): JsonObject {
  const isModern = metaOf(message.params)[PROTOCOL_VERSION_META] !== undefined
  return {
    ...(isModern ? { resultType: 'complete' } : {}),
    content: [{ type: 'text', text: body.detail }],
    isError: true,
    _meta: { [CHALLENGE_META]: body },
  }
}

function isRefusalStatus(status: number): status is RefusalStatus {
  return Object.hasOwn(REFUSAL_CODES, status)
}
