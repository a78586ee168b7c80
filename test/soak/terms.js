/** What the server of the soak asks for, where those who judge it have to know. */
import { pow } from '@turnpike/core'

/** Free calls of each caller, in any interval of so many seconds. */
export const FREE = { calls: 20, seconds: 5 }
export const BUNDLE = { sats: 30, uses: 3 }
/** Little work, and no brakes: this is about the books. */
export const WORK = pow(2, { quota: false, adaptive: false })
