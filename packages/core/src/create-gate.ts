import { encodeBase64url } from '@turnpike/protocol'
import { type CallerName, type CountedCaller, createCallerDirectory } from './caller.ts'
import { decide } from './decide.ts'
import type { Caller, Decision } from './decision.ts'
import { createEmitter } from './emitter.ts'
import type { Engine } from './engine.ts'
import { isProductionGate } from './custody.ts'
import { TurnpikeError } from './errors.ts'
import type { Gate } from './gate.ts'
import { resume } from './hold.ts'
import { createIssuer, type Issuer } from './issue.ts'
import { createKeyring } from './keys.ts'
import { lightningRails, openBook } from './lightning-parts.ts'
import { isMemoryStore, memoryStore } from './memory-store.ts'
import { nameMemoryStore } from './memory-workers.ts'
import { nameMistakes, namePolicyPerRequest } from './mistakes.ts'
import { checkGateOptions, type GateOptions, secretsOf } from './options.ts'
import { type Passage, passageOf } from './passage.ts'
import { whenKnown } from './when-known.ts'
import { compilePolicy } from './policy-compile.ts'
import type { Policy } from './policy.ts'
import { createPowRail } from './pow-rail.ts'
import { randomBytes } from './random.ts'
import type { RequestView } from './request.ts'
import { revokePayment } from './revoke.ts'
import { createSettlement } from './settlement.ts'
import { checkStandIn, createStandIn } from './stand-in.ts'
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
  return openGate(engine, createIssuer(engine))
}

/** What adapters take: a gate to share, or the options of one of their own. */
export function toGate(gateOrOptions: Gate | GateOptions = {}): Gate {
  return isGate(gateOrOptions) ? gateOrOptions : createGate(gateOrOptions)
}

function createEngine(options: GateOptions): Engine {
  const { name = DEFAULT_NAME, now = Date.now, log = console.warn } = options
  const { emit, on } = createEmitter((error) => log(`turnpike: a listener threw: ${String(error)}`))
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
  return {
    name,
    options,
    store,
    standIn: createStandIn(options.onStoreDown ?? 'local', options.instances ?? 1, now),
    pow,
    seals: createKeyring(secrets, 'seal', name),
    rails: new Map([pow, ...lightning, ...(options.rails ?? [])].map((rail) => [rail.kind, rail])),
    callers: createCallerDirectory(name, options.ipv6Subnet ?? DEFAULT_IPV6_SUBNET),
    settlement: createSettlement(store, {
      overlap: (policy) => emit({ type: 'overlap', policy }),
      moved: (movement, purchase) => book.enter(movement, purchase),
      fault: (error) =>
        warnings.atMostEachMinute('claim_unsettled', `the store would not take an ending: ${String(error)}`),
    }),
    book,
    warnings,
    emit,
    on,
    now,
  }
}

function openGate(engine: Engine, issuer: Issuer): Gate {
  const own = new WeakSet<Policy>()
  let policies = 0
  let decided = false
  let closed = false

  const decideUnskipped = (view: RequestView, policy: Policy, passage: Passage) => {
    if (isPreflight(view)) return ofPreflight(policy)
    passage.demand(policy)
    nameMistakes(engine, view, policy)
    issuer.learn(policy, view)
    return whenKnown(callerOf(engine, view), (caller) => decide(engine, { view, policy, passage, caller }))
  }
  const decideOnce = (view: RequestView, policy: Policy, passage: Passage): Decision | Promise<Decision> => {
    if (policy.skip === undefined) return decideUnskipped(view, policy, passage)
    return whenKnown(policy.skip(view), (skip) => (skip ? SKIP : decideUnskipped(view, policy, passage)))
  }
  const check = (policy: Policy) => {
    if (closed) throw new TurnpikeError('gate_closed', 'the gate is closed; it decides nothing any more')
    if (!own.has(policy)) throw foreign(policy)
  }

  return {
    name: engine.name,
    challengePath: engine.options.challengePath ?? DEFAULT_CHALLENGE_PATH,
    policy(options, scope = 'place') {
      policies += 1
      if (decided && scope === 'place' && options.name === undefined) namePolicyPerRequest(engine)
      const policy = compilePolicy(options, scope, `policy-${policies}`, engine.rails)
      checkStandIn(engine.options.onStoreDown, policy.name, policy.ways.length)
      own.add(policy)
      return policy
    },
    decide(view, policy) {
      try {
        check(policy)
        decided = true
        const passage = passageOf(view, engine)
        return passage.once(policy, () => decideOnce(view, policy, passage))
      } catch (error) {
        return Promise.reject(error)
      }
    },
    async resume(view, policy, seal) {
      check(policy)
      return await resume(engine, { view, policy, caller: await callerOf(engine, view) }, seal)
    },
    async issue(view, resource) {
      return await issuer.issue(await callerOf(engine, view), resource)
    },
    warn: engine.warnings.once,
    ...callerBooks(engine),
    on: engine.on,
    drain: engine.settlement.drain,
    async close() {
      closed = true
      await closeEngine(engine)
    },
  }
}

/** What ends last is what the others still need: endings go to the store and into the books. */
async function closeEngine({ settlement, book, store, options }: Engine): Promise<void> {
  await settlement.drain()
  await book.drain()
  await store.close()
  await options.lightning?.close?.()
}

/** Whom the request is counted for: the operator's name for it, else its address (R1, R8). */
function callerOf(engine: Engine, view: RequestView): CountedCaller | Promise<CountedCaller> {
  const { options, callers } = engine
  const known = (name: CallerName | undefined) =>
    name === undefined ? callerByAddress(engine, view) : callers.byName(name)
  if (options.caller === undefined) return known(view.caller)
  return whenKnown(options.caller(view), (name) => known(name ?? view.caller))
}

function callerByAddress({ callers, warnings }: Engine, view: RequestView): CountedCaller {
  const known = callers.byAddress(view.ip)
  if (known !== undefined) return known
  warnings.once(
    'address_unknown',
    'a request came without a client address; all such callers share one bucket. Check the trust-proxy setting of the server',
  )
  return callers.unknown
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
  const byAddress = caller.byAddress ? callers.byAddress(caller.id) : undefined
  return byAddress ?? callers.byName(caller)
}

/** Nothing is counted; but a handler that costs something is not for it. */
function ofPreflight({ ways, mode }: Policy): Decision {
  return ways.length > 0 && mode === 'enforce' ? PREFLIGHT : SKIP
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
