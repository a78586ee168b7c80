import { beforeAll, describe, expect, test } from '@jest/globals'
import { DOCUMENTS, textOf } from '../document.ts'
import { commandComplaints } from './command-line.ts'
import { compileSnippets, type SnippetProgram } from './snippet-program.ts'
import { placeOf, snippetsOf } from './snippet.ts'

/** What is compiled and run; what is checked as a list of commands; what must parse; what only looks like something. */
const CODE = ['ts', 'js']
const COMMANDS = ['sh', 'console']
const DATA = ['json']
const WORDS = ['text', 'abnf', 'http', 'python', 'nginx', 'caddyfile', 'yaml', 'mermaid']

const SNIPPETS = DOCUMENTS.flatMap((file) => snippetsOf(file))
const inLanguage = (languages: readonly string[]) =>
  SNIPPETS.filter(({ language }) => languages.includes(language))

describe('snippets in documents', () => {
  test('are all in a language that something here looks at', () => {
    const known = new Set([...CODE, ...COMMANDS, ...DATA, ...WORDS])
    const unknown = SNIPPETS.filter(({ language }) => !known.has(language))
    expect(unknown.map((snippet) => `${placeOf(snippet)} '${snippet.language}'`)).toEqual([])
  })

  test.each(DOCUMENTS)('of %s are found: a pair of fences each', (file) => {
    const fences = textOf(file).match(/^[ >]*(?:```|~~~)/gm) ?? []
    expect(2 * snippetsOf(file).length).toBe(fences.length)
  })
})

/** On no page: what must be found, lest everything passes. */
const WRONG = snippetsOf(
  'wrong.md',
  `
\`\`\`ts
const count: number = 'one'
\`\`\`
\`\`\`ts
throw new Error('as it stands')
\`\`\`
<!-- snippet: refused at 1 -->
\`\`\`ts
Number(1)
\`\`\`
<!-- snippet: compile only: it would throw -->
\`\`\`ts
throw new Error('not run')
\`\`\`
`,
)

describe('snippets of code, in documents', () => {
  let program: SnippetProgram
  let thrown: readonly string[]
  beforeAll(async () => {
    program = await compileSnippets([...inLanguage(CODE), ...WRONG])
    thrown = await program.run()
  }, 180_000)
  const onPages = (complaints: readonly string[]) => complaints.filter((text) => !text.startsWith('wrong.md'))

  test('compile', () => {
    expect(onPages(program.complaints)).toEqual([])
  })

  test('run', () => {
    expect(onPages(thrown)).toEqual([])
  })

  test('would be found with their place, if they did not', () => {
    expect(program.complaints).toContainEqual(expect.stringMatching(/^wrong.md:3 error TS2322/))
    expect(thrown.filter((text) => text.startsWith('wrong.md'))).toEqual([
      'wrong.md:6 as it stands',
      'wrong.md:10 the page shows it as a mistake, and nothing was thrown',
    ])
  })
})

describe('snippets of data', () => {
  test('parse', () => {
    const broken = inLanguage(DATA).filter(({ code }) => !parses(code))
    expect(broken.map(placeOf)).toEqual([])
  })
})

describe('snippets of commands', () => {
  test('name commands and flags that there are', async () => {
    const complaints = await Promise.all(inLanguage(COMMANDS).map(commandComplaints))
    expect(complaints.flat()).toEqual([])
  })
})

function parses(code: string): boolean {
  try {
    JSON.parse(code)
    return true
  } catch {
    return false
  }
}
