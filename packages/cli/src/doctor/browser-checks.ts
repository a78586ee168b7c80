/** What pages of other origins may send and read (Fetch standard, CORS). */
import { EXPOSED_HEADERS, POW_SOLUTION_HEADER } from '@turnpike/protocol'
import type { Answer } from './answer.ts'
import { type Exchange, fieldOf } from './exchange.ts'
import { type Finding, mistake, note } from './finding.ts'

/** The answer to the real request. */
export function checkExposure({ exchange }: Answer): readonly Finding[] {
  const sent = EXPOSED_HEADERS.filter((name) => fieldOf(exchange, name.toLowerCase()) !== undefined)
  const exposed = listOf(exchange, 'access-control-expose-headers')
  // With credentials a star is a name like any other.
  const all = exposed.includes('*') && fieldOf(exchange, 'access-control-allow-credentials') === undefined
  const hidden = all ? [] : sent.filter((name) => !exposed.includes(name.toLowerCase()))
  const allowed = fieldOf(exchange, 'access-control-allow-origin') !== undefined
  if (!allowed)
    return [note('cors_absent', 'No Access-Control-Allow-Origin: pages of other origins cannot call it.')]
  if (hidden.length === 0) return []
  return [
    mistake(
      'cors_exposure',
      `Pages may call it and cannot read ${hidden.join(', ')}. Add them to Access-Control-Expose-Headers; put the CORS layer before the gate.`,
    ),
  ]
}

/** The answer to the preflight of a request with a solution. */
export function checkPreflight(preflight: Exchange): readonly Finding[] {
  const { status } = preflight
  if ([401, 402, 403, 429].includes(status)) {
    return [
      mistake(
        'preflight_gated',
        `The preflight got ${status}. Browsers send it without credentials: it must not be gated.`,
      ),
    ]
  }
  const headers = listOf(preflight, 'access-control-allow-headers')
  const allowed = fieldOf(preflight, 'access-control-allow-origin') !== undefined
  const named = headers.includes(POW_SOLUTION_HEADER) || headers.includes('*')
  if (!allowed || named) return []
  return [
    mistake(
      'preflight_header',
      'Pages may call it and cannot send a solution. Add X-PoW-Solution to Access-Control-Allow-Headers.',
    ),
  ]
}

function listOf(exchange: Exchange, name: string): readonly string[] {
  return (fieldOf(exchange, name) ?? '')
    .toLowerCase()
    .split(',')
    .map((item) => item.trim())
}
