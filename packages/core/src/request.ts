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
