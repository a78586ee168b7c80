import { encodeBase64url } from '@turnpike/protocol'
import { openAccessBook } from './access-book.ts'
import { BUILT_IN_CLASSES } from './caller-classes.ts'
import { type Caller, type CountedCaller, createCallerDirectory } from './caller.ts'
import { timed } from './decision-timing.ts'
import type { Decision } from './decision.ts'
import { createBearerRail } from './bearer-rail.ts'
import { createDocuments } from './documents.ts'
import { createEmitter } from './emitter.ts'
import type { Engine } from './engine.ts'
import { isProductionGate } from './custody.ts'
import { TurnpikeError } from './errors.ts'
import type { Gate } from './gate.ts'
import { resume } from './hold.ts'
import { createIssuer, type Issuer } from './issue.ts'
import { createKeyring } from './keys.ts'
import { lightningRails, openBook } from './lightning-parts.ts'
import { createMeterBank } from './meter-bank.ts'
import { createLog } from './operator-log.ts'
import { isMemoryStore, memoryStore } from './memory-store.ts'
import { nameMemoryStore } from './memory-workers.ts'
import { nameMistakes, namePolicyPerRequest } from './mistakes.ts'
import { checkGateOptions, type GateOptions, secretsOf } from './options.ts'
import { type Passage, passageOf } from './passage.ts'
import { whenKnown } from './when-known.ts'
import { identify } from './identification.ts'
import { callerOf, policyFor } from './naming.ts'
import { recognise, withProofsUsed } from './recognise.ts'
import { compilePolicy } from './policy-compile.ts'
import type { Policy, PolicyOptions, PolicyScope } from './policy.ts'
import { createPowRail } from './pow-rail.ts'
import { randomBytes } from './random.ts'
import type { RequestView } from './request.ts'
import { revokePayment } from './revoke.ts'
import { createSettlement } from './settlement.ts'
import { checkStandIn, createStandIn } from './stand-in.ts'
import { createTally } from './tally.ts'
import { createWarnings } from './warnings.ts'

const DEFAULT_NAME = 'turnpike'
const DEFAULT_CHALLENGE_PATH = '/api/challenge'
const DEFAULT_IPV6_SUBNET = 64
const SKIP: Decision = { outcome: 'skip' }
const PREFLIGHT: Decision = { outcome: 'preflight' }

/**
 * Makes a gate. All options are optional in development; production wants a `secret`.
 *
 * @example
 * const gate = createGate({ name: 'my-api', secret: process.env.TURNPIKE_SECRET })
 * const policy = gate.policy({ free: '60/1m', require: pow(4) })
 * const decision = await gate.decide(view, policy)
 *
 * @throws TurnpikeError `option_unknown`, `option_invalid`, `secret_missing`, `secret_short`, `secret_key_clash`,
 * `sats_on_memory_store`, `lightning_fake`, `lightning_leaks_preimages`
 */
export function createGate(options: GateOptions = {}): Gate {
  checkGateOptions(options)
  const engine = createEngine(options)
  engine.documents.learn(options.identities ?? [])
  return openGate(engine, createIssuer(engine))
}

/** What adapters take: a gate to share, or the options of one of their own. */
export function toGate(gateOrOptions: Gate | GateOptions = {}): Gate {
  return isGate(gateOrOptions) ? gateOrOptions : createGate(gateOrOptions)
}

function createEngine(options: GateOptions): Engine {
  const { name = DEFAULT_NAME, now = Date.now } = options
  const log = createLog(options.log ?? console.warn)
  const { emit, on, isHeard } = createEmitter((error) => log(`turnpike: a listener threw: ${String(error)}`))
  const warnings = createWarnings(emit, log, now)
  const isProduction = isProductionGate(options, isProductionEnvironment())
  const secrets = secretsOf(options, isProduction, () => encodeBase64url(randomBytes(48)))
  if (options.secret === undefined) {
    warnings.once(
      'secret_missing',
      'no secret: this process made one, and credentials end with it. Set `secret`',
    )
  }
  const store = options.store ?? memoryStore({ now })
  if (isMemoryStore(store)) nameMemoryStore(warnings, options.store !== undefined)
  const pow = createPowRail(createKeyring(secrets, 'pow', name))
  const book = openBook(options, emit, warnings)
  const lightning = lightningRails(options, { name, secrets, warnings, book, now, isProduction })
  const settlement = createSettlement(store, {
    overlap: (policy) => emit({ type: 'overlap', policy }),
    moved: (movement, purchase) => book.enter(movement, purchase),
    fault: (error) => {
      emit({ type: 'storeFailed', during: 'ending' })
      warnings.atMostEachMinute('claim_unsettled', `the store would not take an ending: ${String(error)}`)
    },
  })
  return {
    name,
    options,
    store,
    standIn: createStandIn(options.onStoreDown ?? 'local', options.instances ?? 1, now),
    pow,
    seals: createKeyring(secrets, 'seal', name),
    rails: new Map(
      [createBearerRail(options.identities ?? []), pow, ...lightning, ...(options.rails ?? [])].map(
        (rail) => [rail.kind, rail],
      ),
    ),
    callers: createCallerDirectory(name, options.ipv6Subnet ?? DEFAULT_IPV6_SUBNET),
    classes: new Set([...BUILT_IN_CLASSES, ...Object.keys(options.classes ?? {})]),
    documents: createDocuments(),
    settlement,
    meters: createMeterBank(store, settlement),
    book,
    access: openAccessBook({ gate: name, log: options.accessAudit, warnings, now }),
    warnings,
    emit,
    on,
    isHeard,
    now,
  }
}

function openGate(engine: Engine, issuer: Issuer): Gate {
  const policies = new WeakSet<Policy>()
  const makePolicy = policyMaker(engine)
  let decided = false
  let closed = false

  const decideUnskipped = (view: RequestView, policy: Policy, passage: Passage) => {
    if (isPreflight(view)) return ofPreflight(policy)
    passage.demand(policy)
    nameMistakes(engine, view, policy)
    issuer.learn(policy, view)
    return recognise(engine, { view, policy, passage })
  }
  const decideOnce = (view: RequestView, policy: Policy, passage: Passage): Decision | Promise<Decision> => {
    if (policy.skip === undefined) return decideUnskipped(view, policy, passage)
    return whenKnown(policy.skip(view), (skip) => (skip ? SKIP : decideUnskipped(view, policy, passage)))
  }
  const check = (policy: Policy) => {
    if (closed) throw new TurnpikeError('gate_closed', 'the gate is closed; it decides nothing any more')
    if (!policies.has(policy)) throw foreign(policy)
  }

  return {
    name: engine.name,
    challengePath: engine.options.challengePath ?? DEFAULT_CHALLENGE_PATH,
    documents: engine.documents.byPath,
    policy(options, scope = 'place') {
      if (decided && scope === 'place' && options.name === undefined) namePolicyPerRequest(engine)
      const policy = makePolicy(options, scope)
      policies.add(policy)
      return policy
    },
    decide(view, policy) {
      try {
        check(policy)
        decided = true
        const passage = passageOf(view, engine)
        return passage.once(policy, () => timed(engine, policy, () => decideOnce(view, policy, passage)))
      } catch (error) {
        return Promise.reject(error)
      }
    },
    async resume(view, policy, seal) {
      check(policy)
      const findings = await withProofsUsed(engine, view, await identify(view, policy.identities))
      const caller = await callerOf(engine, view, findings)
      return await resume(engine, { view, policy: policyFor(engine, policy, caller), caller, findings }, seal)
    },
    async issue(view, resource) {
      return await issuer.issue(view, resource)
    },
    warn: engine.warnings.once,
    ...callerBooks(engine),
    status: statusOf(engine),
    on: engine.on,
    drain: engine.settlement.drain,
    async close() {
      closed = true
      await closeEngine(engine)
    },
  }
}

/** Makes the policies of one gate, and learns what they speak of. */
function policyMaker({ options, rails, classes, documents }: Engine) {
  const ground = { rails, identities: options.identities ?? [], classes: options.classes }
  let made = 0
  return (policyOptions: PolicyOptions, scope: PolicyScope): Policy => {
    made += 1
    const policy = compilePolicy(policyOptions, scope, `policy-${made}`, ground)
    checkStandIn(options.onStoreDown, policy.name, policy.demands)
    for (const kind of Object.keys(policyOptions.classes ?? {})) classes.add(kind)
    documents.learn(policy.identities)
    return policy
  }
}

/** What ends last is what the others still need: endings go to the store and into the books. */
async function closeEngine({ settlement, book, access, store, options }: Engine): Promise<void> {
  await settlement.drain()
  await book.drain()
  await access?.drain()
  settlement.close()
  await store.close()
  await options.lightning?.close?.()
}

/** Counts from the first question on: a gate that nobody asks keeps no counts. */
function statusOf({ name, warnings, on, now }: Engine): Gate['status'] {
  let read: Gate['status'] | undefined
  return () => (read ??= createTally({ gate: name, warnings, on, now }))()
}

/** What callers have used up, for the operator. */
function callerBooks(engine: Engine): Pick<Gate, 'inspect' | 'reset' | 'revoke'> {
  return {
    revoke: async (paymentHash) => await revokePayment(engine, paymentHash),
    async inspect(caller) {
      const { holder, shard } = countedCaller(engine, caller)
      return await engine.store.inspect(holder, shard)
    },
    async reset(caller) {
      const { holder, shard } = countedCaller(engine, caller)
      await engine.store.reset(holder, shard)
    },
  }
}

function foreign(policy: Policy): TurnpikeError {
  return new TurnpikeError(
    'policy_foreign',
    `the policy '${policy.name}' was made by another gate; use gate.policy()`,
  )
}

function countedCaller({ callers }: Engine, caller: Caller): CountedCaller {
  if (!caller.byAddress) return callers.byName(caller)
  // An admission says `unknown` where there was no address, and no longer a whole address of IPv6.
  return callers.byAddress(caller.id) ?? callers.of(caller)
}

/** Nothing is counted; but a handler that costs something is not for it. */
function ofPreflight({ demands, mode }: Policy): Decision {
  return demands && mode === 'enforce' ? PREFLIGHT : SKIP
}

/** Asked by browsers before the real request; answering it with 402 would hide that one (Fetch, CORS-preflight). */
function isPreflight(view: RequestView): boolean {
  return (
    view.method === 'OPTIONS' &&
    view.header('origin') !== undefined &&
    view.header('access-control-request-method') !== undefined
  )
}

function isProductionEnvironment(): boolean {
  return globalThis.process?.env['NODE_ENV'] === 'production'
}

function isGate(value: Gate | GateOptions): value is Gate {
  return typeof value === 'object' && value !== null && 'decide' in value
}
