import type { LightningOffer } from '@turnpike/protocol'
import type { CallerName } from './caller.ts'
import type { Resource } from './resource.ts'

/** All that the engine ever sees of a request. Adapters make one per request and use it for every decision on it. */
export interface RequestView {
  /** Upper case; HEAD stays HEAD. */
  readonly method: string
  /** Pathname as the client sent it: never stripped of a mount prefix, no query, no host. */
  readonly path: string
  /** The full route pattern with its prefix, where the framework knows it: `/items/:id`. */
  readonly route?: string | undefined
  /** The client's address by the framework's own trust setting, as the framework spells it. */
  readonly ip?: string | undefined
  /** The header's value, lines joined by ', '; undefined when absent. Names are lower case. */
  header(name: string): string | undefined
  /** The parsed body, or undefined when nothing has parsed it yet. */
  body(): unknown
  /** What challenges for it are bound to, where that is neither policy nor route: a tool of an MCP server (R34). */
  readonly resource?: Resource | undefined
  /** The caller, where the adapter was told by somebody who checked. The gate's own `caller` option goes before it. */
  readonly caller?: CallerName | undefined
  /**
   * What carried it, where one request carries several calls: a proof of possession is shown once for all of them (default:
   * the view itself).
   */
  readonly carrier?: object | undefined
  /** Where a solution goes, in words, when that is not a header: how the sentence 'To work: ...' ends (R36). */
  readonly howToRepeat?: ((challenge: string) => string) | undefined
  /** How to pay and where macaroon and preimage go, likewise: the sentence 'To pay: ...'. */
  readonly howToPay?: ((offer: LightningOffer) => string) | undefined
}

/** How the handler ended. The adapter reports, the engine decides what it means for the money (R31). */
export type Ending =
  /** The response was wholly handed over. */
  | { readonly kind: 'completed'; readonly status: number }
  /** The client left first; `status` once headers were out. */
  | { readonly kind: 'aborted'; readonly status?: number | undefined }
  /** The handler or its stream failed; `status` once headers were out. */
  | { readonly kind: 'errored'; readonly status?: number | undefined; readonly error: unknown }
  /** The handler was never started: the client was gone when the decision came. */
  | { readonly kind: 'notStarted' }
