import { checkKnownOptions, TurnpikeError } from '@turnpike/core'
import type { WorkOptions } from '@turnpike/client'

/** Why a refusal was handed to the caller instead of being met. */
export type McpGiveUpReason = 'too_hard' | 'refused' | 'wait_too_long' | 'attempts'

/** What happens between a call and its answer. Carries no arguments, no challenge and no nonce. */
export type McpClientEvent =
  /** A refusal that can be met, or that we know of; `code` is that of its problem document. */
  | { readonly type: 'challenged'; readonly name: string; readonly status: number; readonly code: string }
  | {
      readonly type: 'solving'
      readonly name: string
      readonly expectedHashes: number
      readonly count: number
    }
  | { readonly type: 'solved'; readonly name: string; readonly hashes: number; readonly elapsedMs: number }
  | { readonly type: 'waiting'; readonly name: string; readonly waitMs: number }
  | {
      readonly type: 'gaveUp'
      readonly name: string
      readonly status: number
      readonly reason: McpGiveUpReason
      readonly message: string
    }

/** What `withTurnpike` takes. */
export interface McpClientOptions {
  /** Whether and how to work (default true). */
  readonly solve?: boolean | WorkOptions
  /** Longest that one call waits, in all, because a refusal says so. Default 30,000. */
  readonly maxWaitMs?: number
  /** Times that one call is sent at most. Default 3. */
  readonly maxAttempts?: number
  readonly onEvent?: (event: McpClientEvent) => void
}

/** The options, checked, with defaults filled in. */
export interface ClientSettings {
  /** Undefined: never work. */
  readonly work: WorkOptions | undefined
  readonly maxWaitMs: number
  readonly maxAttempts: number
  readonly onEvent: (event: McpClientEvent) => void
}

const NAMES = ['solve', 'maxWaitMs', 'maxAttempts', 'onEvent'] as const
/** Beyond it a timer would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** @throws TurnpikeError `option_unknown`, `option_invalid` */
export function checkClientOptions(options: McpClientOptions): ClientSettings {
  checkKnownOptions('withTurnpike()', options, NAMES)
  const { solve = true, maxWaitMs = 30_000, maxAttempts = 3, onEvent = () => undefined } = options
  return {
    work: solve === true ? {} : solve === false ? undefined : solve,
    maxWaitMs: within('maxWaitMs', maxWaitMs, 0, LONGEST_TIMER_MS),
    maxAttempts: within('maxAttempts', maxAttempts, 1, 100),
    onEvent,
  }
}

function within(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value
  throw new TurnpikeError('option_invalid', `withTurnpike() ${name} ${value}: take ${least} to ${most}`)
}
