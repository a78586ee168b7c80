import { existsSync, readFileSync } from 'node:fs'

/** What the document says of one code. */
export interface Entry {
  readonly code: string
  /** The heading that it stands below, such as "Warnings". */
  readonly kind: string
  /** Markdown. */
  readonly text: string
}

/** Packed beside this package; in the repository there is one for all packages. */
const PLACES = ['../../docs/errors.md', '../../../../docs/errors.md'] as const

/** All entries of docs/errors.md, in its order. */
export function readEntries(): readonly Entry[] {
  const place = PLACES.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url))
  if (place === undefined) throw new Error('docs/errors.md is missing: install @turnpike/cli anew.')
  return parseEntries(readFileSync(place, 'utf8'))
}

function parseEntries(document: string): readonly Entry[] {
  // What is for the tests of the snippets is not for readers.
  const sections = document.replace(/<!--[^]*?-->\n+/g, '').split(/^## /m)
  return sections.slice(1).flatMap((section) => {
    const [heading = '', ...entries] = section.split(/^### /m)
    const kind = heading.split('\n', 1).join('')
    return entries.map((entry) => {
      const [code = '', ...text] = entry.split('\n')
      return { code, kind, text: text.join('\n').trim() }
    })
  })
}
