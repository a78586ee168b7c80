import type { LightningBackend } from '@turnpike/core'

/** A backend with a service behind it, and the hands on both. */
export interface OpenBackend {
  readonly backend: LightningBackend
  /** What no error may show. */
  readonly secret: string
  /** Pays an invoice from elsewhere; the service knows it when this resolves. */
  readonly pay: (invoice: string) => Promise<void>
  /** Lets so much time pass, on the backend's clock and on the service's. */
  readonly advance: (ms: number) => Promise<void>
  /** The memo that payers see. */
  readonly memoOf: (invoice: string) => string | undefined
  readonly close: () => Promise<void>
}

/** Puts the proxy in front of a service. @returns the address that the backend, or the wallet, is to use. */
export type Through = (serviceUrl: string) => Promise<string>

/** A backend under test. */
export interface BackendSubject {
  /**
   * Opens it once, for all tests. No test waits until a call of it times out: that is for tests of its own.
   *
   * @param through for services over HTTP; others leave it alone.
   */
  readonly open: (through: Through) => Promise<OpenBackend>
  /** False for what is not reached over HTTP: then its faults are not tested here. Default true. */
  readonly overHttp?: boolean
  /** False where what happens below the answers of the service is the business of code that another subject has shown. */
  readonly transport?: boolean
  /** The longest memo that it takes, and one that is too long. Default: 639 bytes of UTF-8, and 640. */
  readonly memos?: { readonly longest: string; readonly tooLong: string }
}
