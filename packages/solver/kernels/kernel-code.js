/**
 * The file of the package that holds the kernels, as text: the modules in base64url, so that they need no file to be
 * fetched and no bundler set-up, and what a host must know of each.
 */
import { fourLanes, oneLane } from './lanes.js'
import { MEMORY } from './memory.js'
import { searchKernel } from './search.js'
import { simdProbe } from './simd-probe.js'

/**
 * The word of the last block that holds the inner digits of a solution to one of our challenges: after 100 characters
 * and 12 outer digits, (100 + 12 - 64) / 4.
 */
const POSITION_IN_OUR_CHALLENGES = 12

const KERNELS = {
  simdHot: {
    about:
      'Four nonces at a time; for our challenges, where the host can do thirteen rounds of the 64 beforehand.',
    kernel: searchKernel(fourLanes, POSITION_IN_OUR_CHALLENGES),
    position: POSITION_IN_OUR_CHALLENGES,
  },
  simd: {
    about: 'Four nonces at a time; for any text.',
    kernel: searchKernel(fourLanes),
    position: undefined,
  },
  scalarHot: {
    about: 'One nonce at a time, where there are no vectors; for our challenges.',
    kernel: searchKernel(oneLane, POSITION_IN_OUR_CHALLENGES),
    position: POSITION_IN_OUR_CHALLENGES,
  },
  scalar: {
    about: 'One nonce at a time; for any text.',
    kernel: searchKernel(oneLane),
    position: undefined,
  },
}

/** @returns {string} the text of src/kernel-code.ts, formatted as the repository is */
export function kernelCodeFile() {
  return `/**
 * Written by \`npm run build:kernels\` from packages/solver/kernels: change it there.
 */
import type { KernelCode, KernelMemory } from './wasm-kernel.ts'

/** Where kernels find what their host prepares; byte offsets. */
export const KERNEL_MEMORY: KernelMemory = ${literal(MEMORY)}

/** A module that is valid only where WebAssembly has vectors. */
export const SIMD_PROBE =
  '${base64url(simdProbe())}'

/** All that there are. */
export const KERNELS = {
${Object.entries(KERNELS).map(entry).join('\n')}
} as const satisfies Record<string, KernelCode>
`
}

/** @param {[string, (typeof KERNELS)[keyof typeof KERNELS]]} entry */
function entry([name, { about, kernel, position }]) {
  const { bytes, lanes, firstRound, varying } = kernel
  return `  /** ${about} */
  ${name}: {
    lanes: ${lanes},
    position: ${position},
    firstRound: ${firstRound},
    // prettier-ignore
    varying: [${varying.join(', ')}],
    base64url:
      '${base64url(bytes)}',
  },`
}

/** @param {Readonly<Record<string, number>>} numbers */
function literal(numbers) {
  const lines = Object.entries(numbers).map(([name, number]) => `  ${name}: ${number},`)
  return `{\n${lines.join('\n')}\n}`
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  return Buffer.from(bytes).toString('base64url')
}
