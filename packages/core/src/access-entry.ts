import type { Access } from './access-book.ts'
import type { Engine } from './engine.ts'
import type { Question } from './question.ts'

/** Takes down who came by a token or a key, where the operator wants that. */
export function enterAccess(
  { access }: Engine,
  { view, policy, caller, findings }: Question,
  what: Pick<Access, 'outcome' | 'way' | 'code'>,
): void {
  if (access === undefined || findings.length === 0) return
  const about = { policy: policy.name, resource: policy.resource(view).text }
  access.enter(findings, { ...what, ...about, callerClass: caller.caller.class })
}
