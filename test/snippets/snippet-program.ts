/** All snippets of code as one program: checked and compiled by one run of tsc, run by one child. */
import { execFile, fork } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../document.ts'
import { moduleOf } from './snippet-module.ts'
import { placeOf, type Snippet } from './snippet.ts'

/** Below node_modules, so that snippets find the packages as a user's code does: built, by their `exports`. */
const FOLDER = join(ROOT, 'node_modules/.cache/snippets')
const SOURCES = join(FOLDER, 'src')
const RUNNABLE = join(FOLDER, 'run')

const SETTINGS = {
  extends: join(ROOT, 'tsconfig.json'),
  compilerOptions: {
    customConditions: [],
    lib: ['es2023', 'dom', 'dom.iterable'],
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    rootDir: SOURCES,
    outDir: RUNNABLE,
    noEmit: false,
    // Readers may leave out what these ask for; a page is no place for it.
    noImplicitAny: false,
    noUncheckedIndexedAccess: false,
    exactOptionalPropertyTypes: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    verbatimModuleSyntax: false,
    erasableSyntaxOnly: false,
  },
  include: [SOURCES],
  exclude: [],
}

/** What snippets may name that is not there: packages which this one takes the place of. */
const AMBIENT = `declare function refused(shown: () => unknown): Promise<void>
declare module '@nestjs/throttler'
declare module 'koa-ratelimit'
`

const ENVIRONMENT = {
  NODE_ENV: 'test',
  TURNPIKE_SECRET: 'a secret of the tests, long enough to be one',
  NWC_URL: `nostr+walletconnect://${'a'.repeat(64)}?relay=wss://relay.example&secret=${'b'.repeat(64)}`,
  PHOENIXD_LIMITED_PASSWORD: '0'.repeat(64),
}

/** What went wrong with a snippet, beginning with its place. */
export type Complaint = string

/** A checked and compiled program. */
export interface SnippetProgram {
  /** What tsc has to say. */
  readonly complaints: readonly Complaint[]
  /** Runs the snippets that nothing speaks against. @returns what was thrown */
  run(): Promise<readonly Complaint[]>
}

/** Replaces what an earlier run has left. */
export async function compileSnippets(snippets: readonly Snippet[]): Promise<SnippetProgram> {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(SOURCES, { recursive: true })
  writeFileSync(join(FOLDER, 'package.json'), JSON.stringify({ type: 'module' }))
  writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(SETTINGS))
  writeFileSync(join(SOURCES, 'ambient.d.ts'), AMBIENT)
  const named = new Map(snippets.map((snippet, index) => [nameOf(snippet, index), snippet]))
  const modules = new Map([...named].map(([name, snippet]) => [name, moduleOf(snippet)]))
  for (const [name, { text }] of modules) writeFileSync(join(SOURCES, name), text)
  const complaints = (await checked()).map(({ name, line, words }) => {
    const { file, line: first } = named.get(name) ?? { file: name, line }
    return `${placeOf({ file, line: modules.get(name)?.lines[line - 1] ?? first })} ${words}`
  })
  const files = new Map(
    [...named]
      .filter(([, { notRun }]) => notRun === undefined)
      .map(([name, snippet]) => [join(RUNNABLE, name.replace(/ts$/, 'js')), snippet]),
  )
  return { complaints, run: async () => await runFiles(files) }
}

function nameOf({ file, line }: Snippet, index: number): string {
  return `${index}-${file.replaceAll(/[^\w]/g, '-')}-${line}.ts`
}

interface Diagnostic {
  readonly name: string
  readonly line: number
  readonly words: string
}

async function checked(): Promise<readonly Diagnostic[]> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const said = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [tsc, '-p', FOLDER, '--pretty', 'false'],
      { cwd: SOURCES, maxBuffer: 2 ** 24 },
      (_error, stdout, stderr) => resolve(stdout + stderr),
    )
  })
  return said
    .split('\n')
    .filter((line) => /^(?:\S+\(\d+,\d+\): )?error /.test(line))
    .map((line) => {
      const [, name, at, words] = /^([^(]+)\((\d+),\d+\): (.*)$/.exec(line) ?? []
      return { name: name ?? 'tsc', line: Number(at), words: words ?? line }
    })
}

/** @param files - what each was made of, by its path */
async function runFiles(files: ReadonlyMap<string, Snippet>): Promise<readonly Complaint[]> {
  const child = fork(join(import.meta.dirname, 'run-snippets.js'), {
    execArgv: ['--no-warnings'],
    env: { ...process.env, ...ENVIRONMENT, REDIS_URL: process.env['TEST_REDIS_URL'] },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const waiting = new Map(files)
  const complaints: Complaint[] = []
  child.on('message', ({ file, error }: { readonly file: string; readonly error?: string }) => {
    const snippet = waiting.get(file)
    waiting.delete(file)
    if (snippet !== undefined && error !== undefined) complaints.push(`${placeOf(snippet)} ${error}`)
  })
  child.send([...files.keys()])
  await new Promise((resolve) => child.once('exit', resolve))
  const [lost] = waiting.values()
  return lost === undefined ? complaints : [...complaints, `${placeOf(lost)} ended the process that ran it`]
}
