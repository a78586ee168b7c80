import type { PowOffer } from '@turnpike/protocol'
import type { CountedCaller } from './caller.ts'
import type { Answer } from './decision.ts'
import type { Engine } from './engine.ts'
import type { IdentitySource } from './identity.ts'
import { ISSUED_LIMIT, planIssue } from './plan.ts'
import type { Policy } from './policy.ts'
import { identifiedCaller, policyFor } from './naming.ts'
import type { Offered, PreparedWay, RailContext } from './rail.ts'
import { outage } from './outage.ts'
import { createRefusal } from './refusal.ts'
import type { RequestView } from './request.ts'
import { GATE_WIDE, type Resource, resourceKey } from './resource.ts'
import { askStore } from './store-call.ts'

/** Hands out challenges before anybody was refused: the challenge endpoint. */
export interface Issuer {
  /** Notes what a policy protects, so that challenges for it can be asked for by name. */
  learn(policy: Policy, view: RequestView): void
  issue(view: RequestView, resource: string | undefined): Promise<Answer>
}

/** Paths are unbounded where the framework knows no routes; older ones then get gate-wide challenges (R20). */
const RESOURCES_REMEMBERED = 1000
/** Longer ones are not remembered: they are paths that the client chose. */
const LONGEST_RESOURCE = 200

const policyKey = (text: string) => resourceKey({ kind: 'policy', text })
const routeKey = (text: string) => resourceKey({ kind: 'route', text })

interface Protected {
  readonly policy: Policy
  readonly resource: Resource
}

export function createIssuer(engine: Engine): Issuer {
  const known = new Map<string, Protected>()
  return {
    learn(policy, view) {
      // A tool's challenge is for its arguments, too, which the endpoint is not told.
      if (view.resource !== undefined) return
      if (powWayOf(policy) === undefined) return
      const resource = policy.resource(view)
      const key = resourceKey(resource)
      if (key.length > LONGEST_RESOURCE || known.has(key)) return
      const [oldest] = known.keys()
      if (known.size >= RESOURCES_REMEMBERED && oldest !== undefined) known.delete(oldest)
      known.set(key, { policy, resource })
    },
    async issue(view, text) {
      const style = { commandHint: false, legacyAtMs: undefined }
      const asked = text === undefined ? undefined : (known.get(policyKey(text)) ?? known.get(routeKey(text)))
      const caller = await identifiedCaller(engine, view, sourcesOf(engine, asked))
      const answer = await askStore(engine, planIssue(caller))
      if (answer.outcome !== 'refused') return createRefusal(outage(answer), style)
      const [issued] = answer.otherwise
      if (issued !== undefined && issued.retryMs !== 0) {
        return createRefusal({ code: 'issue_flood', waitMs: issued.retryMs }, style)
      }
      const recent = ISSUED_LIMIT - (issued?.remaining ?? ISSUED_LIMIT)
      const offer = await makeOffer(engine, asked, caller, contextOf(caller, recent, answer.atMs))
      if (offer === undefined || !('rail' in offer) || offer.rail !== 'pow')
        return createRefusal({ code: 'no_challenge' }, style)
      engine.emit({
        type: 'issued',
        policy: asked?.policy.name ?? 'gate-wide',
        callerClass: caller.caller.class,
      })
      return challengeAnswer(offer)
    },
  }
}

function makeOffer(
  engine: Engine,
  asked: Protected | undefined,
  caller: CountedCaller,
  context: RailContext,
): Offered | Promise<Offered> {
  if (asked === undefined) return engine.pow.offerGateWide(context)
  const way = powWayOf(policyFor(engine, asked.policy, caller))
  return way?.offer({ ...context, resource: asked.resource }, [])
}

function powWayOf({ ways }: Policy): PreparedWay | undefined {
  return ways.find(({ rail }) => rail === 'pow')
}

/** Those that will be asked when the challenge comes back: it may be bound to the caller (R19). */
function sourcesOf({ options }: Engine, asked: Protected | undefined): readonly IdentitySource[] {
  return asked?.policy.identities ?? options.identities ?? []
}

/** Dated by the store's clock, which will judge the challenge (R13). */
function contextOf({ caller, shard }: CountedCaller, recent: number, nowMs: number): RailContext {
  return { caller, shard, recent, nowMs, resource: GATE_WIDE }
}

function challengeAnswer({ rail: _rail, ...challenge }: PowOffer): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: { ...challenge, header: 'X-PoW-Solution' },
  }
}
