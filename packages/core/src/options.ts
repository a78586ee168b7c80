import { isIdentitySource } from './bearer-rail.ts'
import { type CallerClasses, checkClasses } from './caller-classes.ts'
import type { CallerName } from './caller.ts'
import type { Identity, IdentitySource } from './identity.ts'
import type { AuditLog } from './audit-log.ts'
import { TurnpikeError } from './errors.ts'
import { isBitcoinNetwork, type LightningBackend } from './lightning-backend.ts'
import { checkKnownOptions } from './option-check.ts'
import type { PaymentOptions } from './payment-options.ts'
import type { Rail } from './rail.ts'
import type { RequestView } from './request.ts'
import type { OnStoreDown } from './stand-in.ts'
import type { Store } from './store.ts'

/** What a gate is made of. All of it is optional in development; `docs/configuration.md` has each option with its errors. */
export interface GateOptions {
  /** Names the gate in challenges, store keys and answers: `[a-z0-9-]{1,32}` (default 'turnpike'). */
  readonly name?: string
  /**
   * At least 32 characters, from the environment or a secret store. With several, the first signs and all verify:
   * rotate by appending the new one everywhere, then moving it to the front, then dropping the old one (R29).
   * Without it each start makes one of its own, which production refuses.
   */
  readonly secret?: string | readonly string[] | undefined
  /** Where windows and claims live (default: `memoryStore()`, one process). */
  readonly store?: Store
  /**
   * Names the caller of a request. Undefined falls back to who it has proven to be, the token before the key, and then to
   * the address, whose class is 'anonymous'.
   *
   * @param identities - verified ones alone: of the gate's `identities` and of the policy's own requirement
   * @example caller: (_view, [identity]) => identity && { ...identity, class: plans.get(identity.subject) ?? identity.class }
   */
  readonly caller?: (
    view: RequestView,
    identities: readonly Identity[],
  ) => CallerName | undefined | Promise<CallerName | undefined>
  /** Who callers can prove to be, whatever the policy demands: `[apiKey({ keys })]`. Every policy asks them. */
  readonly identities?: readonly IdentitySource[]
  /**
   * Sizes by class of callers, for all policies: windows, price and difficulty that go before what a policy says for
   * everybody. They resize what a policy has, and add nothing to it; a policy's own `classes` go before them.
   */
  readonly classes?: CallerClasses
  /** Leading bits of an IPv6 address that make one caller, 32 to 128 (default 64). */
  readonly ipv6Subnet?: number
  /** Path of the challenge endpoint (default '/api/challenge'). */
  readonly challengePath?: string
  /** Also send X-RateLimit-Limit, -Remaining and -Reset (default false). */
  readonly legacyHeaders?: boolean
  /** End refusals with the command line that solves them (default true, R36). */
  readonly commandHint?: boolean
  /**
   * What decides while the store is down (default 'local', R16): windows of this process at limit / `instances`, nobody,
   * or no windows at all. Calls with a credential get 503 in any case.
   */
  readonly onStoreDown?: OnStoreDown
  /** Processes that share the store, for 'local' (default 1). */
  readonly instances?: number
  /** Makes and looks up invoices: a backend of `@turnpike/lightning`. Needed by `sats(...)`. Closed with the gate. */
  readonly lightning?: LightningBackend
  /** How payments are taken; the defaults suit a server on the open network. */
  readonly payments?: PaymentOptions
  /**
   * Takes each movement of money as one line of JSON, without secrets; `auditFile()` of `@turnpike/node` writes them to a file.
   */
  readonly audit?: AuditLog
  /**
   * Takes who was let in or refused by token or key, as one line of JSON each; never a token or a key. For `auditFile()`, too.
   */
  readonly accessAudit?: AuditLog
  /** Rails of your own, besides proof of work and Lightning. */
  readonly rails?: readonly Rail[]
  /** Milliseconds since the epoch (default Date.now); for tests. */
  readonly now?: () => number
  /** Where warnings go, one line each (default console.warn). */
  readonly log?: (line: string) => void
}

const OPTIONS = [
  'name',
  'secret',
  'store',
  'caller',
  'identities',
  'classes',
  'ipv6Subnet',
  'challengePath',
  'legacyHeaders',
  'commandHint',
  'onStoreDown',
  'instances',
  'lightning',
  'payments',
  'audit',
  'accessAudit',
  'rails',
  'now',
  'log',
] as const
const NAME = /^[a-z0-9-]{1,32}$/
const PATH = /^\/[^?#\s]*$/
const SHORTEST_SECRET = 32

/** @throws TurnpikeError `option_unknown`, `option_invalid`, `secret_short`, `secret_missing` */
export function checkGateOptions(options: GateOptions): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TurnpikeError('option_invalid', 'createGate() takes options: createGate({ name, secret })')
  }
  checkKnownOptions('createGate()', options, OPTIONS)
  const { name, ipv6Subnet = 64, challengePath = '/', caller, onStoreDown, instances = 1 } = options
  demand(name === undefined || matches(NAME, name), `name '${name}': take 1 to 32 of a-z, 0-9 and '-'`)
  demand(
    Number.isInteger(ipv6Subnet) && ipv6Subnet >= 32 && ipv6Subnet <= 128,
    `ipv6Subnet ${ipv6Subnet}: take 32 to 128 leading bits; 64 is what one machine or household has`,
  )
  demand(matches(PATH, challengePath), `challengePath '${challengePath}': take a path that begins with '/'`)
  demand(
    onStoreDown === undefined || ['local', 'closed', 'open'].includes(onStoreDown),
    `onStoreDown '${onStoreDown}': take 'local', 'closed' or 'open'`,
  )
  demand(
    Number.isInteger(instances) && instances >= 1,
    `instances ${instances}: take the number of processes that share the store, at least 1`,
  )
  demand(caller === undefined || typeof caller === 'function', 'caller takes a function of the request view')
  checkClasses('createGate()', options.classes)
  const { identities = [] } = options
  demand(
    Array.isArray(identities) && identities.every(isIdentitySource),
    'identities takes a list of identity sources: [apiKey({ keys })]',
  )
  checkHooksAndChoices(options)
  const { store } = options
  demand(
    store === undefined || (typeof store === 'object' && store !== null && 'admit' in store),
    'store takes a store: memoryStore(), or one of the store packages',
  )
  const { lightning, rails = [] } = options
  demand(
    Array.isArray(rails) && rails.every(isRail),
    'rails takes a list of rails of your own; for proof of work and Lightning none is needed',
  )
  demand(
    lightning === undefined ||
      (typeof lightning === 'object' && lightning !== null && 'createInvoice' in lightning),
    'lightning takes a backend, as @turnpike/lightning makes them',
  )
  demand(
    lightning === undefined || isBitcoinNetwork(lightning.network),
    `lightning.network '${lightning?.network}': take 'bitcoin', 'testnet', 'signet' or 'regtest'`,
  )
  demand(
    lightning === undefined || rails.every(({ kind }) => kind !== 'lightning'),
    'rails has one for Lightning already; give either that or `lightning`',
  )
}

function checkHooksAndChoices(options: GateOptions): void {
  for (const hook of ['now', 'log', 'audit', 'accessAudit'] as const) {
    demand(options[hook] === undefined || typeof options[hook] === 'function', `${hook} takes a function`)
  }
  for (const choice of ['legacyHeaders', 'commandHint'] as const) {
    const chosen = options[choice]
    demand(chosen === undefined || typeof chosen === 'boolean', `${choice} takes true or false`)
  }
}

/**
 * The secrets to work with: as given, or a fresh one where a development start may go without.
 * @throws TurnpikeError `secret_short`, `secret_missing`, `option_invalid`
 */
export function secretsOf(
  { secret }: GateOptions,
  production: boolean,
  makeOne: () => string,
): readonly string[] {
  demand(
    secret === undefined || typeof secret === 'string' || Array.isArray(secret),
    `secret takes a text, or a list of texts. ${HOW_TO_MAKE_ONE}`,
  )
  const secrets = typeof secret === 'string' ? [secret] : secret
  if (secrets === undefined) {
    if (!production) return [makeOne()]
    throw new TurnpikeError('secret_missing', `secret is not set. ${HOW_TO_MAKE_ONE}`)
  }
  if (secrets.length === 0)
    throw new TurnpikeError('secret_missing', `secret: an empty list. ${HOW_TO_MAKE_ONE}`)
  if (secrets.some((one) => typeof one !== 'string' || one.length < SHORTEST_SECRET)) {
    throw new TurnpikeError(
      'secret_short',
      `secret: fewer than ${SHORTEST_SECRET} characters. ${HOW_TO_MAKE_ONE}`,
    )
  }
  return secrets
}

const HOW_TO_MAKE_ONE =
  'Make one with `node -p "crypto.randomBytes(32).toString(\'base64url\')"` and pass it from the environment'

/** JavaScript may pass anything, and a pattern would make a text of it. */
function matches(pattern: RegExp, value: unknown): boolean {
  return typeof value === 'string' && pattern.test(value)
}

function isRail(value: unknown): value is Rail {
  return typeof value === 'object' && value !== null && 'kind' in value && 'prepare' in value
}

function demand(holds: boolean, complaint: string): void {
  if (!holds) throw new TurnpikeError('option_invalid', `createGate() ${complaint}`)
}
