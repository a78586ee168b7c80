import { describe, expect, test } from '@jest/globals'
import { createGate, memoryStore, pow, sats } from '@turnpike/core'
import { lmdbStore } from '@turnpike/lmdb'
import { turnpike } from '@turnpike/node'
import { PROBLEM_CODES } from '@turnpike/protocol'
import { redisStore } from '@turnpike/redis'
import { createFakeLightning } from '@turnpike/testkit'
import { Redis } from 'ioredis'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { membersOf, MISSPELT, optionNames } from './code-names.ts'
import {
  anchorsOf,
  codesIn,
  DOCUMENTS,
  relativeLinksOf,
  ROOT,
  rowNamesOf,
  sectionOf,
  textOf,
} from './document.ts'

const ERRORS_SOURCE = 'packages/core/src/errors.ts'

describe('documents', () => {
  test.each(DOCUMENTS)('%s has links that lead somewhere', (file) => {
    const broken = relativeLinksOf(file).filter((target) => {
      const [path = '', anchor] = target.split('#', 2)
      const led = path === '' ? file : join(dirname(file), path)
      if (!existsSync(join(ROOT, led))) return true
      return anchor !== undefined && !anchorsOf(led).includes(anchor)
    })
    expect(broken).toEqual([])
  })

  test('docs/README.md leads to every other one in docs', () => {
    const led = new Set(relativeLinksOf('docs/README.md').map((target) => join('docs', target)))
    const all = DOCUMENTS.filter((file) => file.startsWith('docs/') && file !== 'docs/README.md')
    expect(all.length).toBeGreaterThan(10)
    expect(all.filter((file) => !led.has(file))).toEqual([])
  })

  test('docs/README.md leads to every published package', () => {
    const led = new Set(relativeLinksOf('docs/README.md').map((target) => join('docs', target)))
    const readmes = DOCUMENTS.filter((file) => file.startsWith('packages/') && !isPrivate(dirname(file)))
    expect(readmes.length).toBeGreaterThan(10)
    expect(readmes.filter((file) => !led.has(file))).toEqual([])
  })

  test('decisions are at most 40 lines', () => {
    const decisions = DOCUMENTS.filter((file) => file.startsWith('docs/decisions/'))
    const long = decisions.filter((file) => textOf(file).trimEnd().split('\n').length > 40)
    expect(decisions.length).toBeGreaterThan(0)
    expect(long).toEqual([])
  })
})

describe('docs/errors.md', () => {
  const FILE = 'docs/errors.md'
  const errors = membersOf(ERRORS_SOURCE, 'TurnpikeErrorCode')
  const warnings = membersOf(ERRORS_SOURCE, 'WarningCode')
  const entriesBelow = (heading: string): string[] =>
    [...sectionOf(FILE, heading).matchAll(/^### (.+)$/gm)].map(([, code = '']) => code)

  test('every code of an error has an entry, and none is left over', () => {
    expect(entriesBelow('## Errors').toSorted()).toEqual(errors.toSorted())
  })

  test('every code of a warning alone has an entry, and none is left over', () => {
    const alone = warnings.filter((code) => !errors.includes(code))
    expect(entriesBelow('## Warnings').toSorted()).toEqual(alone.toSorted())
  })

  test('every code of an answer has an entry, and none is left over', () => {
    expect(entriesBelow('## Answers to callers').toSorted()).toEqual(Object.keys(PROBLEM_CODES).toSorted())
  })

  test('every code is the anchor that log lines name', () => {
    const anchors = anchorsOf(FILE)
    const codes = [...errors, ...warnings, ...Object.keys(PROBLEM_CODES)]
    expect(codes.filter((code) => !anchors.includes(code))).toEqual([])
  })

  test.each(Object.entries(PROBLEM_CODES))(
    '%s stands with its status and title',
    (code, { status, title }) => {
      const [line = ''] = sectionOf(FILE, `### ${code}`).trim().split('\n')
      expect(line).toMatch(new RegExp(`^_${status}[^:]*: `))
      expect(line).toContain(`: ${title}._`)
    },
  )
})

describe('docs/configuration.md', () => {
  const FILE = 'docs/configuration.md'
  const gate = createGate({ secret: 'a secret of the tests, long enough to be one', log: () => undefined })

  const seller = createGate({
    secret: 'a secret of the tests, long enough to be one',
    log: () => undefined,
    lightning: createFakeLightning(),
  })

  test.each([
    ['## createGate', () => createGate(MISSPELT)],
    ['## policy', () => gate.policy(MISSPELT)],
    ['## pow', () => gate.policy({ require: pow(4, MISSPELT) })],
    ['## sats', () => seller.policy({ require: sats(10, MISSPELT) })],
    ['## payments', () => createGate({ payments: MISSPELT, log: () => undefined })],
    ['## memoryStore', () => memoryStore(MISSPELT)],
    ['## lmdbStore', () => lmdbStore('unused.mdb', MISSPELT)],
    ['## redisStore', () => redisStore(new Redis({ lazyConnect: true }), MISSPELT)],
    ['## The node:http adapter', () => turnpike(gate, MISSPELT)],
  ])('%s has a row for every option, and none is left over', (heading, configure) => {
    expect(rowNamesOf(FILE, heading).toSorted()).toEqual(optionNames(configure).toSorted())
  })

  test('the codes named there are those of errors', () => {
    const named = codesIn(textOf(FILE)).filter((code) => /^(?:option|secret|requirement|rail)_/.test(code))
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((code) => !membersOf(ERRORS_SOURCE, 'TurnpikeErrorCode').includes(code))).toEqual([])
  })
})

function isPrivate(folder: string): boolean {
  const manifest: { readonly private?: boolean } = JSON.parse(textOf(join(folder, 'package.json')))
  return manifest.private === true
}
