import { TurnpikeError } from './errors.ts'

/** @throws TurnpikeError `option_unknown`, naming the nearest option there is; `option_invalid` where no options were given. */
export function checkKnownOptions(owner: string, given: object, known: readonly string[]): void {
  if (!isObject(given)) {
    throw new TurnpikeError('option_invalid', `${owner} takes an object of options: ${known.join(', ')}`)
  }
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    const meant = nearest(name, known)
    const hint = meant === undefined ? `there are ${known.join(', ')}` : `did you mean '${meant}'?`
    throw new TurnpikeError('option_unknown', `${owner} has no option '${name}': ${hint}`)
  }
}

/** Can it hold options? A list cannot. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The known name within a few slips of the finger. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, slips: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((a, b) => a.slips - b.slips)
  const [best] = ranked
  return best !== undefined && best.slips <= Math.max(2, name.length / 3) ? best.candidate : undefined
}

/** Levenshtein's, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of a.split('').entries()) {
    const next = [i + 1]
    for (const [j, other] of b.split('').entries()) {
      const swap = (row[j] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(swap, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
