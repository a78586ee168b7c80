import type { ClientEvent } from './events.ts'
import {
  checkNegotiatorOptions,
  NEGOTIATOR_OPTIONS,
  within,
  type NegotiatorOptions,
  type NegotiatorSettings,
} from './negotiator-options.ts'

/** What `createFetch` takes. */
export interface FetchOptions extends NegotiatorOptions {
  /** What sends the requests. Default: the global `fetch`. */
  readonly fetch?: typeof fetch
  /** Bodies that are streams are kept up to this size, to be sent again. Default 1 MiB. */
  readonly maxBodyBytes?: number
  /** Hears of every decision. What it throws is ignored. */
  readonly onEvent?: (event: ClientEvent) => void
}

/** The options, checked, with defaults filled in. */
export interface Settings {
  readonly fetch: typeof fetch
  readonly maxBodyBytes: number
  readonly onEvent: (event: ClientEvent) => void
  readonly negotiator: NegotiatorSettings
}

const NAMES: readonly string[] = [
  'fetch',
  'maxBodyBytes',
  'onEvent',
  ...NEGOTIATOR_OPTIONS,
] satisfies (keyof FetchOptions)[]

/** @throws TypeError for an unknown option, RangeError for a value that cannot be. */
export function checkOptions(options: FetchOptions): Settings {
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name))
  if (unknown !== undefined) {
    throw new TypeError(`createFetch has no option "${unknown}"; it has ${NAMES.join(', ')}.`)
  }
  return {
    fetch: options.fetch ?? (async (...request) => await globalThis.fetch(...request)),
    maxBodyBytes: within('maxBodyBytes', options.maxBodyBytes ?? 2 ** 20, 0, 2 ** 30),
    onEvent: options.onEvent ?? (() => {}),
    negotiator: checkNegotiatorOptions(options),
  }
}
