import { describe, expect, test } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

const PROTOCOL = /^@turnpike\/protocol$/
const CORE = /^@turnpike\/core$/
const SOLVER = /^@turnpike\/solver$/
const CLIENT = /^@turnpike\/client$/
const SERVER_PARTS = /^@turnpike\/node$/
const HASHES = /^@noble\/hashes\//
const NODE = /^node:/

/** Which way imports may go (docs/README.md has the picture): each package, and all that its files may import. */
const MAY_IMPORT: Record<string, readonly RegExp[]> = {
  protocol: [HASHES],
  core: [PROTOCOL, HASHES],
  solver: [PROTOCOL, /^node:(worker_threads|os)$/],
  // The ledger in a file is an entry of its own: all else runs in browsers, as a test in packages/client holds.
  client: [PROTOCOL, SOLVER, NODE, /^proper-lockfile$/],
  node: [PROTOCOL, CORE, NODE, /^on-headers$/],
  express: [CORE, SERVER_PARTS, /^express$/],
  koa: [CORE, SERVER_PARTS, /^koa$/],
  // The last two are imported when a handler of theirs is called, which needs them itself.
  nestjs: [CORE, SERVER_PARTS, /^@nestjs\/(common|core|websockets|microservices)$/],
  // Both SDKs are known by their shapes alone.
  mcp: [PROTOCOL, CORE, SERVER_PARTS, CLIENT, NODE],
  lmdb: [CORE, NODE, /^lmdb$/],
  oauth: [PROTOCOL, CORE, /^node:crypto$/, /^(jose|oauth4webapi)$/],
  // The driver is the user's: its types alone.
  redis: [CORE, /^node:crypto$/, /^ioredis$/],
  // Stores and their drivers are loaded when a command asks for them, from where the user has them.
  cli: [
    PROTOCOL,
    SOLVER,
    CORE,
    CLIENT,
    NODE,
    /^commander$/,
    /^@turnpike\/client\/file-ledger$/,
    /^@turnpike\/(redis|lmdb)$/,
    /^ioredis$/,
  ],
  regtest: [
    CORE,
    CLIENT,
    /^@turnpike\/lightning$/,
    NODE,
    /^lightningdevkit$/,
    /^ws$/,
    /^@getalby\/sdk\/nwc$/,
  ],
  // The SDK of NWC is the user's: loaded when it is needed.
  lightning: [CORE, CLIENT, NODE, /^bolt11$/, /^@getalby\/sdk\/nwc$/],
  // Both the transports of the SDK; stores and wallets are the user's choice, imported when they are asked for.
  bridge: [
    PROTOCOL,
    CORE,
    CLIENT,
    NODE,
    /^@turnpike\/(mcp|lightning|lmdb|redis)$/,
    /^@turnpike\/client\/file-ledger$/,
    /^@modelcontextprotocol\/(client|server|node)(\/stdio)?$/,
    /^(commander|zod|ioredis)$/,
  ],
  // The API alone, which drops everything where there is no SDK.
  telemetry: [CORE, /^@opentelemetry\/api$/],
  testkit: [CORE, NODE, /^@jest\/globals$/],
}

test('every package has its layer', () => {
  expect(readdirSync(join(root, 'packages')).toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted())
})

describe.each(Object.entries(MAY_IMPORT))('%s', (name, others) => {
  const folder = join('packages', name, 'src')
  const allowed = [/^\./, ...others]

  test.each(sources(folder))('%s imports only what its layer may', (file) => {
    const stray = importsOf(file).filter((specifier) => !allowed.some((pattern) => pattern.test(specifier)))
    expect(stray).toEqual([])
  })
  test('imports all that its layer may', () => {
    const imported = sources(folder).flatMap(importsOf)
    const idle = others.filter((pattern) => !imported.some((specifier) => pattern.test(specifier)))
    expect(idle).toEqual([])
  })
  test.each(sources(folder))('%s stays inside its own src', (file) => {
    const outside = importsOf(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => relative(folder, join(dirname(file), specifier)))
      .filter((path) => path.startsWith('..'))
    expect(outside).toEqual([])
  })
})

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, specifier = '']) => specifier)
}
