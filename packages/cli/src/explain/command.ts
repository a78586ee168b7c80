import { EXIT, UsageError } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { printable } from '../terminal.ts'
import { readEntries, type Entry } from './errors-document.ts'
import type { ExplainFlags } from './usage.ts'

/**
 * `turnpike explain`: what docs/errors.md says of a code, or which codes there are.
 * @throws UsageError for a code that there is not
 */
export function explainCommand(code: string | undefined, { json = false }: ExplainFlags, io: Io): number {
  const entries = readEntries()
  const answer = code === undefined ? codesByKind(entries) : find(entries, code)
  io.stdout.write(json ? `${JSON.stringify(answer)}\n` : format(answer))
  return EXIT.ok
}

type CodesByKind = Readonly<Record<string, readonly string[]>>

function codesByKind(entries: readonly Entry[]): CodesByKind {
  const kinds = new Set(entries.map(({ kind }) => kind))
  const codesOf = (one: string) => entries.filter(({ kind }) => kind === one).map(({ code }) => code)
  return Object.fromEntries([...kinds].map((kind) => [kind, codesOf(kind)]))
}

function find(entries: readonly Entry[], code: string): Entry {
  const found = entries.find((entry) => entry.code === code)
  if (found !== undefined) return found
  const like = entries.filter((entry) => isLike(entry.code, code)).map((entry) => entry.code)
  const hint = like.length === 0 ? 'turnpike explain lists them all' : `did you mean ${like.join(' or ')}?`
  throw new UsageError(`There is no code "${printable(code)}": ${hint}`)
}

/** Whether it begins as what was typed does, or has a word of it. */
function isLike(code: string, typed: string): boolean {
  const words = typed
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word.length > 3)
  return words.some((word) => code.split('_').includes(word)) || (typed.length > 3 && code.startsWith(typed))
}

function format(answer: Entry | CodesByKind): string {
  if (isEntry(answer)) return `${answer.code} (${answer.kind})\n\n${answer.text}\n`
  const lists = Object.entries(answer).map(([kind, codes]) => `${kind}\n  ${codes.join('\n  ')}\n`)
  return lists.join('\n')
}

function isEntry(answer: Entry | CodesByKind): answer is Entry {
  return typeof answer['code'] === 'string'
}
