import type { Told } from './callers.ts'
import { type Outcome, ROUNDS, type Tally } from './story.ts'

const WIDTHS = [34, 26]
const SENTENCES = 2

/** Both outcomes side by side, then what each server said to an agent that it refused. */
export function reportOf(before: Outcome, after: Outcome): string {
  const rows = ROUNDS.map(({ title }, round) => [
    title,
    wordsFor(before.rounds[round]),
    wordsFor(after.rounds[round]),
  ])
  return [
    line(['', 'one bucket, 60 per 60 s', 'Turnpike']),
    ...rows.map(line),
    '',
    line(['Refused in the browser', refused(before, 'browser'), refused(after, 'browser')]),
    line(['Refused of the agents', refused(before, 'agents'), refused(after, 'agents')]),
    '',
    `One bucket tells an agent:\n  ${toldWords(before.told)}`,
    `Turnpike tells an agent:\n  ${toldWords(after.told)}`,
  ].join('\n')
}

function line(cells: readonly string[]): string {
  return cells
    .map((cell, column) => cell.padEnd(WIDTHS[column] ?? 0))
    .join('')
    .trimEnd()
}

function wordsFor(tally: Tally | undefined): string {
  if (tally === undefined) return ''
  const { free, pow, lightning, refused: out } = tally
  const ways = pow + lightning === 0 ? '' : ` (${free} free, ${pow} worked, ${lightning} paid)`
  const all = free + pow + lightning
  return [all === 0 ? '' : `${all} in${ways}`, out === 0 ? '' : `${out} refused`].filter(Boolean).join(', ')
}

/** Of all calls of theirs. */
function refused({ rounds }: Outcome, who: 'browser' | 'agents'): string {
  const theirs = rounds.filter((_tally, round) => ROUNDS[round]?.who === who)
  const out = theirs.reduce((sum, tally) => sum + tally.refused, 0)
  const all = theirs.flatMap((tally) => Object.values(tally)).reduce((sum, calls) => sum + calls, 0)
  return `${out} of ${all}`
}

/** Of what was said, the beginning: what the way on is. All of it is for the program that follows it. */
function toldWords(told: readonly Told[]): string {
  return told
    .map(({ status, retryAfter = 'none', words }) => {
      const beginning = words.split(/(?<=\.) /).slice(0, SENTENCES)
      return `${status}, Retry-After: ${retryAfter}. ${beginning.join(' ')}`
    })
    .join('\n  ')
}
