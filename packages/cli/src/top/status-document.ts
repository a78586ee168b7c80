import { parseJson } from '../json.ts'

/** The status of a gate as its endpoint serves it (docs/observability.md), read leniently: a later release may say more. */
export interface StatusDocument {
  readonly gate: string
  readonly since: string
  readonly at: string
  readonly policies: readonly PolicyLine[]
  /** Milliseconds; undefined before the first decision. */
  readonly decisionTimes: DecisionTimes | undefined
  readonly faults: number
  readonly store: { readonly failures: number; readonly failuresLastMinute: number }
  readonly warnings: readonly { readonly code: string; readonly times: number }[]
}

/** Calls by way or by code. */
export type Counts = ReadonlyMap<string, number>

/** What one policy did. */
export interface PolicyLine {
  readonly policy: string
  readonly admitted: Counts
  readonly refused: Counts
  readonly observed: Counts
  readonly inFlight: number
  readonly satsEarned: number
  readonly satsReceived: number
  readonly lastMinute: { readonly admitted: number; readonly refused: number; readonly observed: number }
}

/** How long the latest `of` decisions took: at most so many milliseconds for a half, 95 % and 99 % of them. */
export interface DecisionTimes {
  readonly of: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
}

const VERSION = 1
/** A gate has some 200 policies of some forty codes, with short names. A server that says more is no gate. */
const MOST_POLICIES = 1000
const MOST_COUNTS = 100
const LONGEST_TEXT = 100

/** @returns undefined for anything that is no status of this version */
export function parseStatus(text: string): StatusDocument | undefined {
  const members = membersOf(parseJson(text))
  const [gate, since, at] = [members['gate'], members['since'], members['at']]
  if (members['version'] !== VERSION || !Array.isArray(members['policies'])) return undefined
  if (typeof gate !== 'string' || typeof since !== 'string' || typeof at !== 'string') return undefined
  const store = membersOf(members['store'])
  return {
    gate: textOf(gate),
    since: textOf(since),
    at: textOf(at),
    policies: members['policies'].slice(0, MOST_POLICIES).map(policyLine),
    decisionTimes: decisionTimes(members['decisionTimes']),
    faults: numberOf(members['faults']),
    store: {
      failures: numberOf(store['failures']),
      failuresLastMinute: numberOf(store['failuresLastMinute']),
    },
    warnings: warningsOf(members['warnings']),
  }
}

function policyLine(value: unknown): PolicyLine {
  const members = membersOf(value)
  const sats = membersOf(members['sats'])
  const lastMinute = membersOf(members['lastMinute'])
  return {
    policy: textOf(members['policy']),
    admitted: countsOf(members['admitted']),
    refused: countsOf(members['refused']),
    observed: countsOf(members['observed']),
    inFlight: numberOf(members['inFlight']),
    satsEarned: numberOf(sats['earned']),
    satsReceived: numberOf(sats['received']),
    lastMinute: {
      admitted: numberOf(lastMinute['admitted']),
      refused: numberOf(lastMinute['refused']),
      observed: numberOf(lastMinute['observed']),
    },
  }
}

function decisionTimes(value: unknown): DecisionTimes | undefined {
  if (value === undefined) return undefined
  const members = membersOf(value)
  return {
    of: numberOf(members['of']),
    p50Ms: numberOf(members['p50Ms']),
    p95Ms: numberOf(members['p95Ms']),
    p99Ms: numberOf(members['p99Ms']),
  }
}

function warningsOf(value: unknown): StatusDocument['warnings'] {
  if (!Array.isArray(value)) return []
  return value.slice(0, MOST_COUNTS).map((one) => {
    const members = membersOf(one)
    return { code: textOf(members['code']), times: numberOf(members['times']) }
  })
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function countsOf(value: unknown): Counts {
  const counts = Object.entries(membersOf(value)).slice(0, MOST_COUNTS)
  return new Map(counts.map(([name, count]) => [textOf(name), numberOf(count)]))
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : '?'
}
