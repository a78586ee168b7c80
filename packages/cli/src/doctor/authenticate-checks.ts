/** `WWW-Authenticate` as the clients in the field read it. */
import { isLoopback } from '@turnpike/client'
import type { AuthChallenge } from '@turnpike/protocol'
import type { Answer } from './answer.ts'
import { linesOf } from './exchange.ts'
import { type Finding, mistake, note } from './finding.ts'

/** Proxies hold the header of an answer in one page by default (nginx: proxy_buffer_size 4k). */
const MAX_BYTES = 4096
/** Clients search the joined field for these, whatever scheme they belong to. */
const L402_PARAMETERS = ['token', 'macaroon', 'invoice'] as const

/** Of a refusal. */
export function checkAuthenticate(answer: Answer): readonly Finding[] {
  const lines = linesOf(answer.exchange, 'www-authenticate')
  if (lines.length === 0) return checkMissing(answer)
  return [
    ...checkLength(lines),
    ...checkOrder(answer),
    ...checkParameters(answer.challenges),
    ...checkReadable(answer),
    ...checkNetwork(answer),
  ]
}

function checkMissing({ exchange, problem }: Answer): readonly Finding[] {
  if (exchange.status !== 402) return []
  const tail = problem?.offers === undefined ? '' : '; the body has offers that only few clients look for'
  return [
    mistake('authenticate_missing', `A 402 without WWW-Authenticate${tail}. Send one line for each way in.`),
  ]
}

function checkLength(lines: readonly string[]): readonly Finding[] {
  const bytes = lines.reduce((sum, line) => sum + 'www-authenticate: '.length + line.length + 2, 0)
  if (bytes <= MAX_BYTES) return []
  return [
    mistake(
      'authenticate_too_long',
      `WWW-Authenticate has ${bytes} bytes; proxies answer 502 to headers above 4096. Shorten the invoice's memo or offer fewer ways.`,
    ),
  ]
}

/** Payment first where there is one: its clients look at the first scheme alone. So do those of OAuth, at a 401. */
function checkOrder({ exchange, challenges }: Answer): readonly Finding[] {
  const schemes = challenges.map(({ scheme }) => scheme)
  const wanted = exchange.status === 401 ? ['bearer'] : ['l402', 'lsat', 'payment', 'pow']
  const sorted = schemes.toSorted((a, b) => rank(a, wanted) - rank(b, wanted))
  if (schemes.every((scheme, index) => scheme === sorted[index])) return []
  const why =
    exchange.status === 401
      ? 'Clients of OAuth look at the first scheme alone.'
      : 'Paying clients look at the first scheme alone.'
  return [
    mistake(
      'authenticate_order',
      `Schemes come as ${schemes.join(', ')}. ${why} Send them as ${sorted.join(', ')}.`,
    ),
  ]
}

function rank(scheme: string, wanted: readonly string[]): number {
  const at = wanted.indexOf(scheme)
  return at === -1 ? wanted.length : at
}

function checkParameters(challenges: readonly AuthChallenge[]): readonly Finding[] {
  return challenges
    .filter(({ scheme }) => scheme !== 'l402' && scheme !== 'lsat')
    .flatMap(({ scheme, params }) =>
      L402_PARAMETERS.filter((name) => params[name] !== undefined).map((name) =>
        mistake(
          'authenticate_parameters',
          `The scheme ${scheme} has a parameter '${name}', which clients of L402 take for theirs. Call it something else.`,
        ),
      ),
    )
}

function checkReadable({ challenges, pow, l402 }: Answer): readonly Finding[] {
  const has = (...schemes: string[]): boolean => challenges.some(({ scheme }) => schemes.includes(scheme))
  return [
    ...(has('pow') && pow.header === undefined
      ? [
          mistake(
            'authenticate_unreadable',
            `The PoW line ${NOT_READ} challenge, target, count, algorithm and expires.`,
          ),
        ]
      : []),
    ...(has('l402', 'lsat') && l402 === undefined
      ? [mistake('authenticate_unreadable', `The L402 line ${NOT_READ} macaroon and invoice.`)]
      : []),
  ]
}

const NOT_READ = 'cannot be read; docs/protocol.md has its form:'

/** BOLT 11: `lnbc` is real money, `lntb`, `lntbs` and `lnbcrt` are not. */
function checkNetwork({ l402, exchange }: Answer): readonly Finding[] {
  const [network] = /^ln(?:bcrt|tbs|tb)/i.exec(l402?.invoice ?? '') ?? []
  if (network === undefined) return []
  const message = `The invoice is of a test network (${network.toLowerCase()}): it costs nothing, and wallets of customers refuse it.`
  return [(isLoopback(exchange.url.hostname) ? note : mistake)('invoice_network', message)]
}
