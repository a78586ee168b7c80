/**
 * The fenced blocks of the documents, with what hidden comments say about them:
 *
 * - `snippets: given ...` holds code that all later blocks of its page stand on; `snippet: given ...` for the next one alone.
 * - `snippet: compile only: <reason>` says why the next block is not run.
 * - `snippet: refused at 1, 3` names the lines of the next block that are shown as mistakes: each must throw.
 */
import { textOf } from '../document.ts'

/** Code, and the line of the document where it begins, counted from 1. */
export interface Passage {
  readonly code: string
  readonly line: number
}

export interface Snippet {
  /** The document's path in the repository. */
  readonly file: string
  readonly line: number
  readonly language: string
  readonly code: string
  readonly given: readonly Passage[]
  readonly refusedAt: readonly number[]
  /** Why it is not run. */
  readonly notRun: string | undefined
}

const PIECE = /^<!-- (snippets?): ([\s\S]*?) ?-->$|^( *)```([^\n`]*)\n([\s\S]*?)^ *```$/gm
const WORDS = /^(?:(given)\n([\s\S]*)|compile only: (\S[\s\S]*)|refused at (\d+(?:, \d+)*))$/

interface Said {
  readonly given: readonly Passage[]
  readonly refusedAt: readonly number[]
  readonly notRun: string | undefined
}
const NOTHING: Said = { given: [], refusedAt: [], notRun: undefined }

/**
 * @param text - of the document; by default what stands in the file
 * @throws Error for a comment that says none of the above, naming its place
 */
export function snippetsOf(file: string, text = textOf(file)): readonly Snippet[] {
  const found: Snippet[] = []
  const page: Passage[] = []
  let next = NOTHING
  for (const match of text.matchAll(PIECE)) {
    const [, scope, words = '', indent = '', language = '', code = ''] = match
    const line = text.slice(0, match.index).split('\n').length
    if (scope === undefined) {
      const plain = indent === '' ? code : code.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
      const given = [...page, ...next.given]
      found.push({ ...next, file, line: line + 1, language: language.trim(), code: plain, given })
      next = NOTHING
    } else if (scope === 'snippets') {
      page.push(...heard(NOTHING, words, { file, line }).given)
    } else {
      next = heard(next, words, { file, line })
    }
  }
  return found
}

/** `docs/page.md:12`, as editors and terminals open it. */
export function placeOf({ file, line }: { readonly file: string; readonly line: number }): string {
  return `${file}:${line}`
}

function heard(said: Said, words: string, at: { readonly file: string; readonly line: number }): Said {
  const match = WORDS.exec(words.trim())
  if (match === null) throw new Error(`${placeOf(at)}: no such word about a snippet: ${words}`)
  const [, isGiven, code = '', notRun, refusedAt] = match
  if (isGiven !== undefined) return { ...said, given: [...said.given, { code, line: at.line + 1 }] }
  if (notRun !== undefined) return { ...said, notRun }
  return { ...said, refusedAt: (refusedAt ?? '').split(', ').map(Number) }
}
