import type { Progress } from '@turnpike/solver'
import type { ClientEvent } from './events.ts'

/** How to work; see `solve` of @turnpike/solver. */
export interface WorkOptions {
  /** Work above 2 to this power expected hashes is not done. Default 24. */
  readonly maxBits?: number
  readonly workers?: number
  readonly onProgress?: (progress: Progress) => void
}

/** What `createFetch` takes. */
export interface FetchOptions {
  /** What sends the requests. Default: the global `fetch`. */
  readonly fetch?: typeof fetch
  /** Whether and how to work. Default `true`. */
  readonly solve?: boolean | WorkOptions
  /** Longest that one call waits, in all, because of `Retry-After`. Default 30,000. */
  readonly maxWaitMs?: number
  /** Requests that one call sends at most, redirects not counted. Default 3. */
  readonly maxAttempts?: number
  /** Bodies that are streams are kept up to this size, to be sent again. Default 1 MiB. */
  readonly maxBodyBytes?: number
  /** When waiting and working would both do: `work` works unless waiting is expected to be faster. Default `work`. */
  readonly prefer?: 'wait' | 'work'
  /** Sends solutions over plain http to machines other than this one, too. Default `false` (R35). */
  readonly allowPlainHttp?: boolean
  readonly onEvent?: (event: ClientEvent) => void
}

/** The options, checked, with defaults filled in. */
export interface Settings {
  readonly fetch: typeof fetch
  /** Undefined: never work. */
  readonly work: WorkOptions | undefined
  readonly maxWaitMs: number
  readonly maxAttempts: number
  readonly maxBodyBytes: number
  readonly prefer: 'wait' | 'work'
  readonly allowPlainHttp: boolean
  readonly onEvent: (event: ClientEvent) => void
}

const NAMES: ReadonlySet<string> = new Set<keyof FetchOptions>([
  'fetch',
  'solve',
  'maxWaitMs',
  'maxAttempts',
  'maxBodyBytes',
  'prefer',
  'allowPlainHttp',
  'onEvent',
])
/** Beyond it a timer would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** @throws TypeError for an unknown option, RangeError for a value that cannot be. */
export function checkOptions(options: FetchOptions): Settings {
  const unknown = Object.keys(options).find((name) => !NAMES.has(name))
  if (unknown !== undefined) {
    throw new TypeError(`createFetch has no option "${unknown}"; it has ${[...NAMES].join(', ')}.`)
  }
  const { prefer = 'work', solve = true } = options
  if (prefer !== 'work' && prefer !== 'wait') throw new RangeError("prefer must be 'work' or 'wait'.")
  return {
    fetch: options.fetch ?? (async (...request) => await globalThis.fetch(...request)),
    work: solve === true ? {} : solve === false ? undefined : solve,
    maxWaitMs: within('maxWaitMs', options.maxWaitMs ?? 30_000, 0, LONGEST_TIMER_MS),
    maxAttempts: within('maxAttempts', options.maxAttempts ?? 3, 1, 100),
    maxBodyBytes: within('maxBodyBytes', options.maxBodyBytes ?? 2 ** 20, 0, 2 ** 30),
    prefer,
    allowPlainHttp: options.allowPlainHttp ?? false,
    onEvent: options.onEvent ?? (() => {}),
  }
}

function within(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value
  throw new RangeError(`${name} must be a number from ${least} to ${most}.`)
}
