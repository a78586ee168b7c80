import { parseOffer, POW_SOLUTION_HEADER, type PowOffer } from '@turnpike/protocol'
import { parseJson } from '../json.ts'
import { type Answer, readAnswer } from './answer.ts'
import { checkAuthenticate } from './authenticate-checks.ts'
import { checkExposure, checkPreflight } from './browser-checks.ts'
import { checkClocks } from './clock-checks.ts'
import { ask, type Exchange } from './exchange.ts'
import type { Finding } from './finding.ts'
import { checkRefusal } from './refusal-checks.ts'
import type { DoctorRequest } from './request.ts'
import { checkAdmitted, checkEndpoint, checkInitialize, checkTransport } from './way-checks.ts'

/** What was asked, what came, and what there is to say about it. */
export interface Examination {
  /** The refusal, or the last call if none was refused. */
  readonly answer: Answer
  /** Calls made until then. */
  readonly calls: number
  /** Of the refusal, else of the challenge endpoint. */
  readonly offer: PowOffer | undefined
  readonly findings: readonly Finding[]
}

/** Asks one question with what stays the same in all of them. */
type Ask = (method: string, url: URL, more?: Pick<DoctorRequest, 'headers' | 'body'>) => Promise<Exchange>

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'turnpike-doctor', version: '1' },
  },
}

/**
 * Asks the server, one request after the other.
 * @throws Error when it does not answer
 */
export async function examine(
  request: DoctorRequest,
  now: () => number,
  signal: AbortSignal,
): Promise<Examination> {
  const askOne: Ask = async (method, url, { headers, body } = request) =>
    await ask(
      {
        method,
        url,
        headers,
        wantsBody: url === request.challengeUrl,
        ...(body === undefined ? {} : { body }),
      },
      now,
      signal,
    )
  return request.isMcp ? await examineMcp(request, askOne) : await examineCall(request, askOne)
}

async function examineCall(request: DoctorRequest, askOne: Ask): Promise<Examination> {
  const { url, challengeUrl } = request
  const { answer, calls } = await callUntilRefused(request, askOne)
  const { origin = '' } = request.headers
  const plain = { headers: { origin }, body: undefined }
  const endpoint = await askOne('GET', challengeUrl, plain)
  const endpointOffer = offerOf(endpoint)
  const preflight = await askOne('OPTIONS', url, { headers: preflightHeaders(request), body: undefined })
  return {
    answer,
    calls,
    offer: answer.pow.body ?? answer.pow.header ?? endpointOffer,
    findings: [
      ...checkTransport(url),
      ...(answer.isRefusal ? [...checkRefusal(answer), ...checkAuthenticate(answer)] : checkAdmitted(answer)),
      ...checkClocks(answer),
      ...checkExposure(answer),
      ...checkPreflight(preflight),
      ...checkEndpoint(endpoint, endpointOffer),
    ],
  }
}

async function examineMcp({ url, headers }: DoctorRequest, askOne: Ask): Promise<Examination> {
  const json = { ...headers, 'content-type': 'application/json' }
  const body = new TextEncoder().encode(JSON.stringify(INITIALIZE))
  const answer = readAnswer(await askOne('POST', url, { headers: json, body }))
  const findings = [...checkTransport(url), ...checkInitialize(answer), ...checkClocks(answer)]
  return { answer, calls: 1, offer: undefined, findings }
}

async function callUntilRefused(request: DoctorRequest, askOne: Ask) {
  for (let calls = 1; ; calls += 1) {
    const answer = readAnswer(await askOne(request.method, request.url))
    if (calls === request.calls || answer.exchange.status >= 300) return { answer, calls }
  }
}

function preflightHeaders({ method, headers }: DoctorRequest): Readonly<Record<string, string>> {
  return {
    origin: headers['origin'] ?? '',
    'access-control-request-method': method,
    'access-control-request-headers': POW_SOLUTION_HEADER,
  }
}

function offerOf({ status, body }: Exchange): PowOffer | undefined {
  const parsed: unknown = status === 200 ? parseJson(body) : undefined
  const offer = typeof parsed === 'object' ? parseOffer({ ...parsed, rail: 'pow' }) : undefined
  return offer?.rail === 'pow' ? offer : undefined
}
