/** A snippet as a module: its imports and those given, then what is given, then the snippet in a scope of its own. */
import type { Passage, Snippet } from './snippet.ts'

/** Lines of code, each with the line of the document that it comes from. */
export interface SnippetModule {
  readonly text: string
  /** By line of the text, from 0; undefined for lines of ours. */
  readonly lines: readonly (number | undefined)[]
}

type Line = readonly [text: string, line: number | undefined]

/** Makes a module of what imports nothing. */
const MODULE: Line = ['export {}', undefined]

interface Parts {
  readonly imports: readonly Line[]
  readonly body: readonly Line[]
}

const IMPORT = /^import\s(?:[^;'"]*?\sfrom\s+)?'([^']+)'.*$/gm
const CLAUSE = /^import\s+(?:type\s+)?(?:([\w$]+|\* as [\w$]+)\s*,?\s*)?(?:\{([^}]*)\})?\s*from\s+(.*)$/s

/** Names of the snippet go before those given for it, and these before those given for its page: each is a scope. */
export function moduleOf(snippet: Snippet): SnippetModule {
  const parts = [...snippet.given, snippet].map(partsOf)
  const taken = new Set<string>()
  const imports = parts.toReversed().flatMap(({ imports: lines }) => {
    const left = lines.flatMap((line) => without(line, taken))
    for (const name of lines.flatMap(([text]) => broughtBy(text).map(nameOf))) taken.add(name)
    return left
  })
  const lines = [
    ...imports,
    ...parts.flatMap(({ body }): readonly Line[] => [[';{', undefined], ...body]),
    ...parts.map((): Line => ['}', undefined]),
    MODULE,
  ].flatMap((line) => shown(line, snippet))
  return { text: lines.map(([text]) => text).join('\n'), lines: lines.map(([, line]) => line) }
}

/** Imports on one line each; the lines that they took are left empty, so that the rest keeps its place. */
function partsOf({ code, line }: Passage): Parts {
  const imports: Line[] = []
  const rest = code.replaceAll(IMPORT, (text, _from, offset: number) => {
    imports.push([text.replaceAll(/\s*\n\s*/g, ' '), line + code.slice(0, offset).split('\n').length - 1])
    return text.replaceAll(/[^\n]/g, '')
  })
  return { imports, body: rest.split('\n').map((text, index) => [text, line + index] as const) }
}

/** A line of the snippet: one that must be refused is wrapped, and what it exports is its own. */
function shown([text, line]: Line, { line: first, refusedAt }: Snippet): readonly Line[] {
  if (line === undefined) return [[text, line]]
  const plain = text.replace(/^export default /, 'const exported = ').replace(/^export /, '')
  if (!refusedAt.includes(line - first + 1)) return [[plain, line]]
  return [
    ['await refused(async () => {', undefined],
    ['// @ts-ignore', undefined],
    [`return ${plain}`, line],
    ['})', undefined],
  ]
}

/** What an import brings in, each as it is written there: `express`, `{ type Foo as Bar }`. */
function broughtBy(statement: string): readonly string[] {
  const [, whole, named = ''] = CLAUSE.exec(statement) ?? []
  const single = named.split(',').flatMap((name) => (name.trim() === '' ? [] : [`{ ${name.trim()} }`]))
  return whole === undefined ? single : [whole, ...single]
}

function nameOf(brought: string): string {
  return /([\w$]+)[ }]*$/.exec(brought)?.[1] ?? brought
}

/** An import without the names that are taken; nothing where none is left. */
function without([text, line]: Line, taken: ReadonlySet<string>): readonly Line[] {
  const brought = broughtBy(text)
  if (!brought.some((one) => taken.has(nameOf(one)))) return [[text, line]]
  const from = CLAUSE.exec(text)?.[3] ?? ''
  return brought
    .filter((one) => !taken.has(nameOf(one)))
    .map((one) => [`import ${one} from ${from}`, line] as const)
}
