import {
  createNegotiator,
  type NegotiationEvent,
  type Negotiator,
  type NegotiatorOptions,
} from '@turnpike/client'
import { TurnpikeError } from '@turnpike/core'

/**
 * What happens between a call and its answer, as `createFetch` tells it, with the name of the tool or prompt, or the URI of
 * the resource. Carries no arguments and no credentials.
 */
export type McpClientEvent = NegotiationEvent & { readonly name: string }

/** What `withTurnpike` takes: how far to go, as for `createFetch`, and what MCP adds. */
export interface McpClientOptions extends NegotiatorOptions {
  readonly onEvent?: (event: McpClientEvent) => void
  /**
   * What a server without an address is called in budget and ledger, where credentials are kept for it alone. Default: the
   * command line of a server that is started; else a name of its own for each connection. A server with an address is
   * called by its origin.
   */
  readonly origin?: string
}

/** The options, checked. */
export interface ClientSettings {
  readonly negotiator: Negotiator
  readonly onEvent: (event: McpClientEvent) => void
  readonly origin: string | undefined
}

/** @throws TurnpikeError `option_unknown`, `option_invalid` */
export function checkClientOptions({ onEvent, origin, ...how }: McpClientOptions): ClientSettings {
  return { negotiator: negotiatorOf(how), onEvent: onEvent ?? (() => undefined), origin }
}

function negotiatorOf(options: NegotiatorOptions): Negotiator {
  try {
    return createNegotiator(options)
  } catch (error) {
    const complaint = error instanceof Error ? error.message : String(error)
    const isUnknown = /has no option/.test(complaint)
    throw new TurnpikeError(isUnknown ? 'option_unknown' : 'option_invalid', `withTurnpike(): ${complaint}`, {
      cause: error,
    })
  }
}
