import { parseJson } from '../json.ts'

/** One line of the audit log that a gate writes, as `formatAuditLine` of @turnpike/core makes it. */
export interface AuditLine {
  readonly movement: Movement
  /** `YYYY-MM-DD` in UTC. */
  readonly day: string
  readonly gate: string
  /** Names the payment: first digits of its hash. */
  readonly payment: string
  readonly resource: string
  readonly callerClass: string
  /** Millisatoshis of the whole payment; undefined where the gate did not know any longer. */
  readonly msat: number | undefined
  /** Calls that the whole payment is for. */
  readonly uses: number | undefined
}

/** What happened to a payment, or to one of its uses. */
export type Movement = (typeof MOVEMENTS)[number]

const MOVEMENTS = ['minted', 'settled', 'claimed', 'kept', 'givenBack', 'exhausted', 'overlap'] as const
const VERSION = 1
const TIME = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/

/** @returns undefined for anything else: a torn line, a later version, another log */
export function parseAuditLine(text: string): AuditLine | undefined {
  const members = parseObject(text)
  if (members === undefined || members.get('v') !== VERSION) return undefined
  const movement = MOVEMENTS.find((one) => one === members.get('movement'))
  const [, day] = TIME.exec(textOf(members.get('at')) ?? '') ?? []
  const gate = textOf(members.get('gate'))
  const payment = textOf(members.get('payment'))
  const resource = textOf(members.get('resource'))
  const callerClass = textOf(members.get('class'))
  const [msat, uses] = [members.get('msat'), members.get('uses')]
  if (movement === undefined || day === undefined || gate === undefined || payment === undefined)
    return undefined
  if (resource === undefined || callerClass === undefined || !isAmount(msat, 0) || !isAmount(uses, 1))
    return undefined
  return { movement, day, gate, payment, resource, callerClass, msat, uses }
}

function parseObject(text: string): ReadonlyMap<string, unknown> | undefined {
  const value = parseJson(text)
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function isAmount(value: unknown, least: number): value is number | undefined {
  return value === undefined || (typeof value === 'number' && Number.isSafeInteger(value) && value >= least)
}
