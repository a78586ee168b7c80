import { createJsKernel } from '../src/js-kernel.ts'
import { KERNELS } from '../src/kernel-code.ts'
import { loadable, openKernel } from '../src/kernel-choice.ts'
import type { Kernel } from '../src/kernel.ts'
import { layOut, nonceText } from '../src/message.ts'
import { createRangeSearch } from '../src/range-search.ts'
import type { Range } from '../src/range-search.ts'
import { SHA256 } from '../src/sha256.ts'
import { hashHead } from './nonce.ts'

export interface OpenedKernel {
  readonly name: string
  /** The one position of the inner digits that it knows; undefined: any. */
  readonly position: number | undefined
  readonly kernel: Kernel
}

/** All kernels that there are, whichever this machine would choose. */
export async function everyKernel(): Promise<readonly OpenedKernel[]> {
  const opened = Object.entries(KERNELS).map(async ([name, code]) => {
    const kernel = await openKernel(loadable(code), SHA256)
    return { name, position: code.position, kernel }
  })
  const js = { name: 'javascript', position: undefined, kernel: createJsKernel(SHA256) }
  return [...(await Promise.all(opened)), js]
}

export interface Puzzle {
  readonly challenge: string
  readonly target: number
}

/** Whether a kernel can do a text of this length. */
export function knows({ position }: OpenedKernel, challenge: string): boolean {
  return position === undefined || position === layOut(challenge).position
}

/** Numbers of all nonces in a range that meet the target, as a kernel finds them. */
export function hitsOf(
  { kernel }: OpenedKernel,
  { challenge, target }: Puzzle,
  { from, to }: Range,
): number[] {
  const search = createRangeSearch({ message: layOut(challenge), target }, kernel, SHA256)
  const hits: number[] = []
  for (let hit = search({ from, to }); hit >= 0; hit = search({ from: hit + 1, to })) hits.push(hit)
  return hits
}

/** The same as Node's own SHA-256 has it. */
export function trueHits({ challenge, target }: Puzzle, { from, to }: Range): number[] {
  const { nonceWidth } = layOut(challenge)
  const hits: number[] = []
  for (let at = from; at < to; at++) {
    if (hashHead(challenge + nonceText(at, nonceWidth)) <= target) hits.push(at)
  }
  return hits
}
