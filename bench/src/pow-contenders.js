/** Who takes part in the proof-of-work suite; each `run` is one measured round. */
import { altchaContenders } from './pow-altcha.js'
import { turnpikeContenders } from './pow-turnpike.js'

export const contenders = { ...turnpikeContenders, ...altchaContenders }
