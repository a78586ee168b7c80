import { describe, expect, test } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, textOf } from './document.ts'

describe('docs/rules.md', () => {
  const stated = [...textOf('docs/rules.md').matchAll(/^- \*\*(R\d+)\b/gm)].map(([, rule = '']) => rule)

  test('states each rule once, numbered without gaps', () => {
    expect(stated).toEqual(stated.map((_, index) => `R${index + 1}`))
    expect(stated.length).toBeGreaterThan(30)
  })

  test('states every rule that code cites, and each is held by a test', () => {
    const files = ['packages', 'test', 'examples'].flatMap(sourcesBelow)
    const citedIn = (of: readonly string[]) => new Set(of.flatMap(citationsIn))
    expect([...citedIn(files)].filter((rule) => !stated.includes(rule))).toEqual([])
    const tests = citedIn(files.filter((file) => /\.(?:test|slow)\.ts$|describe-/.test(file)))
    expect(stated.filter((rule) => !tests.has(rule))).toEqual([])
  })
})

function sourcesBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/node_modules|\/dist\//.test(file))
}

/** Ours are upper case, with one or two digits, and stand alone. */
function citationsIn(file: string): readonly string[] {
  return readFileSync(file, 'utf8').match(/(?<![\w.-])R[1-9]\d?(?![\w-])/g) ?? []
}
