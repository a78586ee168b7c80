/** Who takes part in the solve suite; each `run` is one measured round. */
import { nativeContenders } from './solve-native.js'
import { peerContenders } from './solve-peers.js'
import { turnpikeContenders } from './solve-turnpike.js'

export const contenders = { ...turnpikeContenders, ...peerContenders, ...nativeContenders }
