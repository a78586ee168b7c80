/** Turnpike in the solve suite: `solve` as users call it, and each kernel that it did not choose on this machine. */
import { SolverError, solve } from '@turnpike/solver'
import { loadable, openKernel } from '../../packages/solver/dist/kernel-choice.js'
import { KERNELS } from '../../packages/solver/dist/kernel-code.js'
import { layOut } from '../../packages/solver/dist/message.js'
import { createRangeSearch } from '../../packages/solver/dist/range-search.js'
import { SHA256 } from '../../packages/solver/dist/sha256.js'
import { measure } from './cpu.js'

const OUR_CHALLENGE = 'c'.repeat(100)
/** Its inner digits are not where the hot kernels want them. */
const OTHER_TEXT = 'any other text'
/** Met by one in four thousand million: nothing is found, all that is allowed is searched. */
const HOPELESS = { target: '00000000', maxBits: 32, workers: 0 }
/** As the solver does it in the calling thread. */
const CHUNK = 4096

export const turnpikeContenders = {
  solve: () => solving(OUR_CHALLENGE),
  'solve-other': () => solving(OTHER_TEXT),
  'scalar-hot': async () => await searching(KERNELS.scalarHot, OUR_CHALLENGE),
  scalar: async () => await searching(KERNELS.scalar, OTHER_TEXT),
  javascript: async () => await searching(undefined, OUR_CHALLENGE),
}

/** @param {string} challenge */
function solving(challenge) {
  const maxHashes = 2 ** 22
  return {
    run: async () =>
      await measure(async () => {
        await solve({ ...HOPELESS, challenge, maxHashes }).catch(expectExhausted)
        return maxHashes
      }),
  }
}

/** @param {unknown} error */
function expectExhausted(error) {
  if (!(error instanceof SolverError && error.code === 'out_of_range')) throw error
}

/**
 * @param {(typeof KERNELS)[keyof typeof KERNELS] | undefined} code
 * @param {string} challenge
 */
async function searching(code, challenge) {
  const kernel = await openKernel(code && loadable(code), SHA256)
  const search = createRangeSearch({ message: layOut(challenge), target: 0 }, kernel, SHA256)
  const hashes = 2 ** 20
  return {
    run: async () =>
      await measure(() => {
        for (let at = 0; at < hashes; at += CHUNK) search({ from: at, to: at + CHUNK })
        return hashes
      }),
  }
}
