/** The commands in snippets of the shell: those of this repository must exist, with their flags; others must be known. */
import { run as runBridge } from '@turnpike/bridge'
import { run as runCli } from '@turnpike/cli'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { ROOT } from '../document.ts'
import { placeOf, type Snippet } from './snippet.ts'

/** What is not ours and comes from elsewhere; anything else is a slip. */
const OTHERS =
  'curl|python3|printf|export|sed|jq|cut|sha256sum|node|git|cd|mkdir|cat|redis-cli|lncli|xxd|lightning-cli|claude|docker|apt-get|kubectl'
const OTHER = new RegExp(`^(?:${OTHERS})$`)
/** Packages of others that pages tell people to install. */
const FOREIGN =
  /^(?:express|koa|@koa\/router|@nestjs\/[\w-]+|reflect-metadata|rxjs|ioredis|ws|jose|zod|tsx|tsc|typescript|@types\/[\w-]+|@getalby\/sdk|@modelcontextprotocol\/[\w-]+|@swc-node\/register|@opentelemetry\/[\w-]+|prom-client)$/

/** `$(...)`, in which parentheses are quoted. */
const SUBSTITUTION = /\$\(((?:[^()'"]|'[^']*'|"[^"]*")*)\)/g

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>
}
const { scripts = {} }: Manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

/** One complaint per command that cannot be given as it stands. */
export async function commandComplaints(snippet: Snippet): Promise<readonly string[]> {
  const complaints: string[] = []
  for (const { words, line } of commandsOf(snippet)) {
    const complaint = await complaintOf(words)
    if (complaint !== undefined)
      complaints.push(`${placeOf({ file: snippet.file, line })} ${complaint}: ${words.join(' ')}`)
  }
  return complaints
}

interface CommandLine {
  readonly words: readonly string[]
  readonly line: number
}

/** Commands one by one: also those within `$(...)` and on both sides of a pipe. */
function commandsOf({ code, line, language }: Snippet): readonly CommandLine[] {
  const joined = code.replaceAll(/\\\n\s*/g, '\0 ')
  let at = line - 1
  return joined.split('\n').flatMap((text) => {
    at += 1
    const first = at
    at += text.split('\0').length - 1
    if (language === 'console' && !text.startsWith('$ ')) return []
    return commandsIn(text.replaceAll('\0', '').replace(/^\$ /, '')).map((words) => ({ words, line: first }))
  })
}

function commandsIn(text: string): readonly (readonly string[])[] {
  const inner = [...text.matchAll(SUBSTITUTION)].flatMap(([, command = '']) => commandsIn(command))
  const outer = text.replaceAll(SUBSTITUTION, 'x')
  const words =
    outer.match(/#.*$|'[^']*'\S*|"(?:\\.|[^"])*"\S*|\|\||&&|[|;]|(?:[^\s"'|;]|"[^"]*"|'[^']*')+/gm) ?? []
  const commands: string[][] = [[]]
  for (const word of words) {
    if (word.startsWith('#')) break
    if (['|', '||', '&&', ';'].includes(word)) commands.push([])
    else commands.at(-1)?.push(word)
  }
  return [...inner, ...commands.map(withoutVariables).filter((command) => command.length > 0)]
}

/** `NAME=value command` is that command; `name=value` alone is none. */
function withoutVariables(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !/^\w+=/.test(word))
  return first < 0 ? [] : words.slice(first)
}

async function complaintOf([command = '', ...words]: readonly string[]): Promise<string | undefined> {
  if (command === 'npm') return complaintOfNpm(words)
  if (command === 'npx')
    return await complaintOfNpx(words.filter((word) => word !== '-y' && word !== '--yes'))
  if (command === 'turnpike') return await complaintOfFlags(helpOfCli, words)
  if (command === 'turnpike-bridge') return await complaintOfFlags(helpOfBridge, words)
  if (command === 'claude' && words.includes('--'))
    return await complaintOf(words.slice(words.indexOf('--') + 1))
  return OTHER.test(command) ? undefined : 'no such command here'
}

async function complaintOfNpx(words: readonly string[]): Promise<string | undefined> {
  const [name = '', ...rest] = words
  const plain = name.replace(/(?<=.)@[^/]*$/, '')
  if (plain === '@turnpike/cli') return await complaintOfFlags(helpOfCli, rest)
  if (plain === '@turnpike/bridge') return await complaintOfFlags(helpOfBridge, rest)
  return FOREIGN.test(plain) ? undefined : 'no such package here'
}

function complaintOfNpm([verb = '', ...words]: readonly string[]): string | undefined {
  switch (verb) {
    case 'init':
    case 'ci':
    case 'pkg':
      return undefined
    case 'i':
    case 'install':
      return complaintOfPackages(words.filter((word) => !word.startsWith('-')))
    case 'test':
      return undefined
    case 'start':
    case 'run':
      return complaintOfScript(verb === 'start' ? 'start' : (words[0] ?? ''), words)
    default:
      return 'no such verb of npm here'
  }
}

function complaintOfPackages(names: readonly string[]): string | undefined {
  const missing = names
    .map((name) => name.replace(/(?<=.)@[^/]*$/, ''))
    .find(
      (name) =>
        !FOREIGN.test(name) &&
        !existsSync(join(ROOT, 'packages', name.replace('@turnpike/', ''), 'package.json')),
    )
  return missing === undefined ? undefined : `no package '${missing}'`
}

function complaintOfScript(script: string, words: readonly string[]): string | undefined {
  const place = words[words.findIndex((word) => word === '-w' || word === '--workspace') + 1]
  const isElsewhere = words.includes('-w') || words.includes('--workspace')
  if (!isElsewhere) return script in scripts ? undefined : `no script '${script}'`
  const folder = String(place).replace('@turnpike/example-', 'examples/')
  const file = join(ROOT, folder, 'package.json')
  if (!existsSync(file)) return `no workspace '${place}'`
  const manifest: Manifest = JSON.parse(readFileSync(file, 'utf8'))
  return script in (manifest.scripts ?? {}) ? undefined : `no script '${script}' in ${folder}`
}

type HelpOf = (commands: readonly string[]) => Promise<string>

/** Flags are those in the help of the command, which commander makes of its definition. */
async function complaintOfFlags(helpOf: HelpOf, words: readonly string[]): Promise<string | undefined> {
  const chain: string[] = []
  let help = await helpOf(chain)
  for (const word of words) {
    if (!new RegExp(`^  ${word}(?:\\||\\s)`, 'm').test(sectionOf(help, 'Commands:')) || word.startsWith('-'))
      break
    chain.push(word)
    help = await helpOf(chain)
  }
  const [next = ''] = words.slice(chain.length)
  if (help.includes('\nCommands:\n') && /^[a-z]+$/.test(next)) return `no command '${next}'`
  const known = new Set(sectionOf(help, 'Options:').match(/(?<=^| )--?[\w-]+/gm))
  const flags = words.filter((word) => /^--?[a-zA-Z]/.test(word)).map((word) => word.split('=')[0] ?? '')
  const missing = flags.find((flag) => !known.has(flag) && flag !== '--help')
  return missing === undefined ? undefined : `no flag '${missing}'`
}

function sectionOf(help: string, heading: string): string {
  return help.split(`\n${heading}\n`)[1]?.split('\n\n')[0] ?? ''
}

async function helpOfCli(commands: readonly string[]): Promise<string> {
  let said = ''
  const write = (text: string): void => void (said += text)
  const output = { isTerminal: false, write, writeBytes: async () => await Promise.resolve() }
  await runCli([...commands, '--help'], {
    stdout: output,
    stderr: output,
    readStdin: async () => await Promise.resolve(new Uint8Array()),
    env: {},
    now: Date.now,
    onInterrupt: () => () => undefined,
  })
  return said
}

async function helpOfBridge(commands: readonly string[]): Promise<string> {
  let said = ''
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      said += String(chunk)
      done()
    },
  })
  await runBridge([...commands, '--help'], {
    stdin: Readable.from([]),
    stdout,
    log: (line) => void (said += line),
    env: {},
    onStop: () => () => undefined,
  })
  return said
}
