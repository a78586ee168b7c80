import type { Script } from './script.ts'
import { DECIDE_SCRIPT } from './scripts.ts'
import type { EncodedDecision, Shape } from './shape.ts'

/** One call of a script. */
export interface ScriptCall {
  readonly script: Script
  readonly keys: readonly string[]
  readonly args: readonly string[]
}

/**
 * Lays out a batch as the scripts read it: all decisions of the script's own shape, or of any shapes, each of which is
 * sent once.
 *
 * @param deadlineMs - of the server's clock
 */
export function encodeBatch(batch: readonly EncodedDecision[], deadlineMs: number): ScriptCall {
  const keys: string[] = []
  for (const decision of batch) for (const key of decision.keys) keys.push(key)
  const own = batch.flatMap(({ args }) => args)
  const script = batch[0]?.shape.script
  if (script !== undefined) return { script, keys, args: [String(deadlineMs), ...own] }
  const shapes: Shape[] = []
  let order = ''
  for (const { shape } of batch) order += placeOf(shape, shapes)
  const json = `[${shapes.map((shape) => shape.json).join(',')}]`
  return { script: DECIDE_SCRIPT, keys, args: [String(deadlineMs), order, json, ...own] }
}

/** @returns the two characters that stand for a shape, which is added to the list if need be. */
function placeOf(shape: Shape, shapes: Shape[]): string {
  let index = shapes.indexOf(shape)
  if (index < 0) index = shapes.push(shape) - 1
  return String.fromCharCode((index + 1) >> 7, (index + 1) & 127)
}

/** Decisions that go out in one call: those of one script together, at most `most` of them. */
export function batchesOf<Item extends { readonly decision: EncodedDecision }>(
  items: readonly Item[],
  most: number,
): readonly (readonly Item[])[] {
  if (items.length === 1) return [items]
  const batches: Item[][] = []
  const open = new Map<Script | undefined, Item[]>()
  for (const item of items) {
    const { script } = item.decision.shape
    let batch = open.get(script)
    if (batch === undefined || batch.length >= most) {
      batch = []
      open.set(script, batch)
      batches.push(batch)
    }
    batch.push(item)
  }
  return batches
}
