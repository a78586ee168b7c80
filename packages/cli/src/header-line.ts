import { readFileSync } from 'node:fs'
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { UsageError } from './exit-code.ts'
import { messageOf } from './failure.ts'

/**
 * Reads `Name: value` lines, and `@file` with one on each of its lines, so that a key need not be an argument.
 * @returns names in lower case, with values
 * @throws UsageError; it never repeats a value, which may be a key
 */
export function readHeaderLines(flags: readonly string[]): readonly (readonly [string, string])[] {
  const lines = flags.flatMap((flag) => (flag.startsWith('@') ? linesIn(flag.slice(1)) : [flag]))
  return lines.map((line) => {
    const at = line.indexOf(':')
    const name = line.slice(0, Math.max(0, at)).trim()
    const value = line.slice(at + 1).trim()
    if (at > 0 && isSendable(name, value)) return [name.toLowerCase(), value] as const
    throw new UsageError('--header must be "Name: value", with characters that a header may have, or @file.')
  })
}

function linesIn(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '')
  } catch (error) {
    throw new UsageError(`--header: ${messageOf(error)}`)
  }
}

function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}
