import { parseProblem, type Problem } from '@turnpike/protocol'
import { isObject, metaOf, type ResponseMessage } from './json-rpc.ts'
import { CHALLENGE_META } from './wire-names.ts'

/** The problem in an answer that is a refusal of ours, as error or as tool result; undefined for all other answers. */
export function problemIn({ error, result }: ResponseMessage): Problem | undefined {
  if (isObject(error)) return parseProblem(error['data'])
  return isObject(result) && result['isError'] === true
    ? parseProblem(metaOf(result)[CHALLENGE_META])
    : undefined
}
