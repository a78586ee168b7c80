import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { ProblemCode } from '@turnpike/protocol'
import { type AuditLog, createAuditWriter } from './audit-log.ts'
import type { Way } from './decision.ts'
import type { Identity } from './identity.ts'
import { type Findings, identitiesIn } from './identification.ts'
import type { Warnings } from './warnings.ts'

/** Who came by which token or key, and what became of it. */
export interface AccessBook {
  /** One line for each verified identity; none where nobody proved to be anybody. */
  enter(findings: Findings, access: Access): void
  drain(): Promise<void>
}

/** What a policy did with a call. */
export interface Access {
  readonly outcome: 'admitted' | 'observed' | 'refused'
  readonly policy: string
  /** Policy name, method and route, or tool. */
  readonly resource: string
  /** Class of the caller as it was counted. */
  readonly callerClass: string
  /** Of a call that was let through. */
  readonly way?: Way
  /** Of a call that was refused. */
  readonly code?: ProblemCode
}

export interface AccessBookOptions {
  readonly gate: string
  readonly log: AuditLog | undefined
  readonly warnings: Warnings
  readonly now: () => number
}

/** @returns undefined where nobody wants the lines */
export function openAccessBook({ gate, log, warnings, now }: AccessBookOptions): AccessBook | undefined {
  if (log === undefined) return undefined
  const writer = createAuditWriter(log, warnings)
  return {
    enter(findings, access) {
      for (const identity of identitiesIn(findings)) {
        writer.write(formatAccessLine(gate, now(), identity, access))
      }
    },
    drain: async () => await writer.drain(),
  }
}

/** Issuers and resources may be texts of strangers. */
const LONGEST_TEXT = 200
const TOKEN_DIGITS = 16

/** One line of the access audit: JSON, its members in this order (docs/observability.md). Never a token or a key. */
export function formatAccessLine(
  gate: string,
  atMs: number,
  { source, subject, client, claims }: Identity,
  { outcome, policy, resource, callerClass, way, code }: Access,
): string {
  const issuer = textOf(claims?.['iss'])
  const token = textOf(claims?.['jti'])
  return JSON.stringify({
    v: 1,
    at: new Date(atMs).toISOString(),
    gate,
    access: outcome,
    policy,
    resource: cut(resource),
    way,
    code,
    source,
    class: callerClass,
    issuer: cut(issuer),
    subject: cut((issuer && textOf(claims?.['sub'])) ?? subject),
    client: cut(client),
    token: token && tokenName(token),
  })
}

/** Some servers take the id of an opaque token for the token itself, so that only its hash may be shown. */
function tokenName(jti: string): string {
  return bytesToHex(sha256(utf8ToBytes(jti))).slice(0, TOKEN_DIGITS)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function cut(text: string | undefined): string | undefined {
  return text?.slice(0, LONGEST_TEXT)
}
