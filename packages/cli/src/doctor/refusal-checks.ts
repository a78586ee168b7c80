/** A refusal as a whole: status, body, caching, and when to come again. */
import { PROBLEM_MEDIA_TYPE } from '@turnpike/protocol'
import type { Answer } from './answer.ts'
import { fieldOf } from './exchange.ts'
import { type Finding, mistake, note } from './finding.ts'

/** Solvers take no more by default (docs/protocol.md, What a client checks). */
const MAX_HASHES = 2 ** 24

/** All but `WWW-Authenticate`, which has checks of its own. */
export function checkRefusal(answer: Answer): readonly Finding[] {
  return [
    ...checkStatus(answer),
    ...checkProblem(answer),
    ...checkOffers(answer),
    ...checkCaching(answer),
    ...checkRetryAfter(answer),
    ...checkRateLimit(answer),
  ]
}

function checkStatus({ exchange: { status }, challenges }: Answer): readonly Finding[] {
  if (status !== 401 && status !== 403) return []
  const offered = challenges.map(({ scheme }) => scheme).join(', ')
  return [
    mistake(
      'status_wrong',
      `${status} together with offers (${offered || 'in the body'}). Send 402: clients take ${status} for a log-in, and MCP hosts start OAuth.`,
    ),
  ]
}

function checkProblem({ exchange, problem }: Answer): readonly Finding[] {
  const type = fieldOf(exchange, 'content-type') ?? 'nothing'
  if (problem === undefined) {
    const hint = `docs/protocol.md has its form. It came as ${type}`
    return exchange.method === 'HEAD'
      ? []
      : [note('problem_unreadable', `The body is no problem document with a code; ${hint}.`)]
  }
  const wrong = [
    ...(type.startsWith(PROBLEM_MEDIA_TYPE) ? [] : [`is sent as ${type}, not ${PROBLEM_MEDIA_TYPE}`]),
    ...(problem.status === exchange.status
      ? []
      : [`says status ${problem.status}; the answer has ${exchange.status}`]),
  ]
  return wrong.map((what) => mistake('problem_unreadable', `The problem document ${what}.`))
}

function checkOffers({ exchange, problem, pow, l402, challenges }: Answer): readonly Finding[] {
  const { body, header } = pow
  const findings: Finding[] = []
  if (body !== undefined && header !== undefined && body.challenge !== header.challenge) {
    findings.push(
      mistake(
        'offers_differ',
        'Body and WWW-Authenticate hold different challenges, and both were paid for. Make one.',
      ),
    )
  }
  const hashes = (header ?? body)?.expectedHashes ?? 0
  if (hashes > MAX_HASHES) {
    findings.push(
      mistake(
        'offer_too_hard',
        `The work takes ${hashes} hashes; clients refuse more than ${MAX_HASHES} (difficulty 6).`,
      ),
    )
  }
  const waits = fieldOf(exchange, 'retry-after') !== undefined || problem?.retryAfter !== undefined
  const offers = body ?? header ?? l402 ?? challenges[0]
  if (exchange.status === 402 && offers === undefined && !waits) {
    findings.push(mistake('no_way_on', 'A 402 that offers nothing and does not say when to come again.'))
  }
  return findings
}

function checkCaching({ exchange, pow, l402 }: Answer): readonly Finding[] {
  if ((pow.body ?? pow.header ?? l402) === undefined) return []
  if (/(?:^|[ ,])no-store(?:$|[ ,])/i.test(fieldOf(exchange, 'cache-control') ?? '')) return []
  const message = `Cache-Control is ${fieldOf(exchange, 'cache-control') ?? 'absent'}. Send no-store: a cached challenge is spent by the first who uses it.`
  return [mistake('no_store_missing', message)]
}

function checkRetryAfter({ exchange, problem }: Answer): readonly Finding[] {
  const text = fieldOf(exchange, 'retry-after')
  if (text === undefined) {
    return exchange.status === 429 || exchange.status === 503
      ? [
          note(
            'retry_after_missing',
            `A ${exchange.status} without Retry-After: clients cannot know when to come again.`,
          ),
        ]
      : []
  }
  if (!/^[1-9]\d{0,9}$/.test(text))
    return [mistake('retry_after_form', `Retry-After is "${text}". Send whole seconds, at least 1.`)]
  const said = problem?.retryAfter
  if (said === undefined || said === Number(text)) return []
  return [mistake('retry_after_form', `Retry-After is ${text}, and retryAfter in the body is ${said}.`)]
}

function checkRateLimit({ exchange, policies, states }: Answer): readonly Finding[] {
  const unread = [
    ...(fieldOf(exchange, 'ratelimit-policy') !== undefined && policies.length === 0
      ? ['RateLimit-Policy']
      : []),
    ...(fieldOf(exchange, 'ratelimit') !== undefined && states.length === 0 ? ['RateLimit'] : []),
  ]
  return unread.map((name) =>
    note(
      'rate_limit_unreadable',
      `${name} is not in the form of draft-ietf-httpapi-ratelimit-headers-08 to -11.`,
    ),
  )
}
