/** Reads the parts of a Markdown document that tests compare with the code. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The folder of the repository. */
export const ROOT = resolve(import.meta.dirname, '..')

/** Every document that people read, by its path in the repository. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
  ...readdirSync(join(ROOT, 'packages')).map((name) => join('packages', name, 'README.md')),
].filter((file) => existsSync(join(ROOT, file)))

/** The text of a file of the repository. */
export function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

/** Headings as GitHub turns them into anchors. */
export function anchorsOf(file: string): readonly string[] {
  const seen = new Map<string, number>()
  return [...proseOf(file).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\-_ ]/gu, '')
      .replaceAll(' ', '-')
    const before = seen.get(slug) ?? 0
    seen.set(slug, before + 1)
    return before === 0 ? slug : `${slug}-${before}`
  })
}

/** Targets of links without a scheme. */
export function relativeLinksOf(file: string): readonly string[] {
  return [...proseOf(file).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target))
}

/** What stands below a heading, up to the next one of its level or a higher one. */
export function sectionOf(file: string, heading: string): string {
  const level = /^#+/.exec(heading)?.[0].length ?? 1
  const [, below] = `\n${textOf(file)}`.split(`\n${heading}\n`)
  if (below === undefined) throw new Error(`${file} has no heading '${heading}'`)
  return below.split(new RegExp(`^#{1,${level}} `, 'm'))[0] ?? ''
}

/** The first fenced block of a language. */
export function blockOf(text: string, language: string): string {
  const block = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text)?.[1]
  if (block === undefined) throw new Error(`no block of ${language}`)
  return block
}

/** The cells of all tables, heads included. */
export function rowsOf(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|:-]+$/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

/** What the rows of a section's tables begin with, where that is one name in a code span. */
export function rowNamesOf(file: string, heading: string): readonly string[] {
  return rowsOf(sectionOf(file, heading)).flatMap(([first = '']) => /^`(\w+)`$/.exec(first)?.[1] ?? [])
}

/**
 * The values of a worked example, which stand behind their names in the first block of text, two blanks or more apart.
 *
 * @returns what gives the value of a name; it throws an Error where there is none
 */
export function exampleOf(file: string, heading: string): (name: string) => string {
  const lines = blockOf(sectionOf(file, heading), 'text').split('\n')
  const values = new Map(
    lines.map((line) => {
      const [name = '', value] = line.split(/ {2,}/)
      return [name, value] as const
    }),
  )
  return (name) => {
    const value = values.get(name)
    if (value === undefined) throw new Error(`${heading} of ${file} has no '${name}'`)
    return value
  }
}

/** Codes in code spans. */
export function codesIn(text: string): readonly string[] {
  return [...text.matchAll(/`([a-z0-9_]+)`/g)].map(([, code = '']) => code)
}

/** Without fenced blocks, whose brackets and hashes mean something else. */
function proseOf(file: string): string {
  return textOf(file).replaceAll(/^```[\s\S]*?^```$/gm, '')
}
