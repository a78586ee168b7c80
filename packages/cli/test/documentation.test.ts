import { describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { EXIT } from '../src/exit-code.ts'
import { turnpike } from './turnpike.ts'

const source = join(import.meta.dirname, '..', 'src')
const documentation = readFileSync(join(import.meta.dirname, '../../../docs/cli.md'), 'utf8')

describe('docs/cli.md', () => {
  test('has every finding of the doctor, and none that there is not', () => {
    const union =
      readFileSync(join(source, 'doctor/finding.ts'), 'utf8').split('export type FindingCode =')[1] ?? ''
    const codes = [...(union.split('\n\n')[0] ?? '').matchAll(/\| '([a-z0-9_]+)'/g)].map(
      ([, code = '']) => code,
    )
    const rows = [...documentation.matchAll(/^\| `([a-z0-9_]+)` +\| (?:mistake|note) +\|/gm)].map(
      ([, code]) => code,
    )
    expect(codes.length).toBeGreaterThan(20)
    expect(new Set(rows)).toEqual(new Set(codes))
    expect(rows).toHaveLength(codes.length)
  })

  test('has every command and every exit code', async () => {
    const { stdout } = await turnpike(['--help'])
    const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?: \[| <|  )/gm)].map(([, name = '']) => name)
    const [, table = ''] = /\| command .*\n((?:\|.*\n)+)/.exec(documentation) ?? []
    const missing = commands.filter((name) => name !== 'help' && !new RegExp(`\`${name}[\` ]`).test(table))
    expect([commands.length > 6, missing]).toEqual([true, []])
    const codes = [...documentation.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code))
    expect(codes).toEqual(Object.values(EXIT))
  })
})

describe('the start of a command', () => {
  test('loads the parser and the usage of all commands, and nothing that one command alone needs', () => {
    const [modules, packages] = staticImports(join(source, 'main.ts'))
    expect(packages.toSorted()).toEqual(['commander', 'node:fs'])
    expect(
      modules.filter(
        (module) => !/(^|\/)usage\.ts$|^(main|io|exit-code|failure|flag|terminal)\.ts$/.test(module),
      ),
    ).toEqual([])
  })
})

/** All that a module imports for its values, at once and by way of others. */
function staticImports(entry: string): readonly [modules: readonly string[], packages: readonly string[]] {
  const modules = new Set([entry])
  const packages = new Set<string>()
  for (const module of modules) {
    const text = readFileSync(module, 'utf8')
    for (const [, , specifier = ''] of text.matchAll(/^(import|export) (?!type )[^']*? from '([^']+)'/gm)) {
      if (specifier.startsWith('.')) modules.add(join(dirname(module), specifier))
      else packages.add(specifier)
    }
  }
  return [[...modules].map((module) => relative(source, module)), [...packages]]
}
