import { describe, expect, test } from '@jest/globals'
import { commandComplaints } from './command-line.ts'
import { moduleOf } from './snippet-module.ts'
import { snippetsOf } from './snippet.ts'

const snippets = (...lines: readonly string[]) => snippetsOf('page.md', lines.join('\n'))

describe('snippetsOf', () => {
  test.each([
    ['a word that does not exist', '<!-- snippet: do not run -->'],
    ['no reason', '<!-- snippet: compile only: -->'],
    ['no line', '<!-- snippet: refused at -->'],
    ['a reason for a whole page', '<!-- snippet: compile  only: why -->'],
  ])('refuses a comment with %s, and names its place', (_what, comment) => {
    expect(() => snippets('# Page', comment, '```ts', '```')).toThrow('page.md:2')
  })

  test('gives each block its line, its language and its code', () => {
    const page = ['# Page', '```ts', 'a()', '```', '', '- item', '  ```sh', '  npm test', '  ```']
    expect(snippets(...page)).toMatchObject([
      { line: 3, language: 'ts', code: 'a()\n', notRun: undefined },
      { line: 8, language: 'sh', code: 'npm test\n' },
    ])
  })

  test('holds what is said of one block against that block alone, and what is given to a page against all below', () => {
    const said = [
      '<!-- snippet: compile only: no server -->',
      '<!-- snippet: refused at 1, 3 -->',
      '```ts',
      '```',
    ]
    const page = ['```ts', '```', '<!-- snippets: given', 'let a', '-->', ...said, '```ts', '```']
    expect(snippets(...page)).toMatchObject([
      { given: [], notRun: undefined, refusedAt: [] },
      { given: [{ code: 'let a', line: 4 }], notRun: 'no server', refusedAt: [1, 3] },
      { given: [{ line: 4 }], notRun: undefined, refusedAt: [] },
    ])
  })
})

describe('moduleOf', () => {
  const [snippet] = snippets(
    '<!-- snippet: given',
    "import first, { type A, b as c, d } from 'given'",
    'const app = d',
    '-->',
    '```ts',
    "import { d, first } from 'own'",
    'export const app = first(d)',
    '```',
  )
  const { text, lines } = moduleOf(snippet ?? never())

  test("takes the snippet's own import where a given one has its name", () => {
    expect(text.split('\n').filter((line) => line.startsWith('import'))).toEqual([
      "import { d, first } from 'own'",
      "import { type A } from 'given'",
      "import { b as c } from 'given'",
    ])
  })

  test('puts the snippet into a scope of its own, and knows where each line comes from', () => {
    expect(lines[text.split('\n').indexOf('const app = d')]).toBe(3)
    expect(lines[text.split('\n').indexOf('const app = first(d)')]).toBe(7)
  })
})

describe('commandComplaints', () => {
  const complaintsOf = async (command: string) => {
    const [snippet] = snippets('```sh', command, '```')
    return await commandComplaints(snippet ?? never())
  }

  test.each([
    ['npx @turnpike/cli solv --challenge abc', 'no command'],
    ['npx @turnpike/cli solve --chalenge abc', "no flag '--chalenge'"],
    ['turnpike keys renew', 'no command'],
    ['header=$(turnpike solve --jsn | jq -r .header)', "no flag '--jsn'"],
    ['curl http://localhost | turnpike solve \\\n  --jsn', "no flag '--jsn'"],
    ['npx -y @turnpike/bridge@0.1.0 serve --polcy policy.json', "no flag '--polcy'"],
    ['npm run strat', "no script 'strat'"],
    ['npm start -w examples/koala', "no workspace 'examples/koala'"],
    ['npm install @turnpike/expres', "no package '@turnpike/expres'"],
    ['npm install left-pad', "no package 'left-pad'"],
    ['turnpick solve', 'no such command'],
  ])('does not let pass: %s', async (command, complaint) => {
    expect(await complaintsOf(command)).toEqual([expect.stringContaining(complaint)])
  })

  test.each([
    'npx @turnpike/cli solve --challenge "$c" --difficulty 4 # --or-not',
    'turnpike keys new --rotate',
    "npx @turnpike/bridge serve --stdio 'python3 server.py --flag' --policy policy.json",
    'npm start -w examples/koa',
    'npm install @turnpike/express express',
    'NODE_ENV=production npm start',
    'url=http://localhost:3000',
  ])('lets pass: %s', async (command) => {
    expect(await complaintsOf(command)).toEqual([])
  })
})

function never(): never {
  throw new Error('no snippet')
}
