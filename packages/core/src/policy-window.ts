/** What a window of a policy is for. */
export type WindowRole = 'free' | 'ceiling' | 'subjectCeiling' | 'quota' | 'meter'

/** One window of a policy, named for the store and for the answer. */
export interface PolicyWindow {
  readonly role: WindowRole
  /** Window id in the store (R6). */
  readonly id: string
  /** Name in RateLimit fields. */
  readonly label: string
  readonly limit: number
  readonly windowMs: number
  /** Its item of RateLimit-Policy. */
  readonly field: string
  /** What is counted, where that is not calls. */
  readonly unit?: string | undefined
}
