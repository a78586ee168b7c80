/** What is the same wherever a command writes for people: colour, plain characters, tables, a line that changes. */
import type { Io, Output } from './io.ts'

/** Colours a text, or leaves it as it is. */
export type Paint = Readonly<Record<'bold' | 'dim' | 'green' | 'red' | 'yellow', (text: string) => string>>

const RESET = '\u001b[0m'
const ERASE_LINE = '\r\u001b[2K'
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** Colours on a terminal only, and not where `NO_COLOR` is set (no-color.org). */
export function paintFor(output: Output, env: Io['env']): Paint {
  const colours = output.isTerminal && (env['NO_COLOR'] ?? '') === ''
  const painted = (code: number) => (text: string) => (colours ? `\u001b[${code}m${text}${RESET}` : text)
  return { bold: painted(1), dim: painted(2), green: painted(32), red: painted(31), yellow: painted(33) }
}

/**
 * Without control characters, those of direction included: text of strangers must not steer the terminal. The same as core
 * writes into its logs, which a test holds: a command starts faster without loading it.
 */
export function printable(text: string): string {
  return text.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Rows in columns of equal width, two blanks apart, without blanks at the end of a line. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    }
  }
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}

/** A line on a terminal that is written over and over; nothing where there is no terminal. */
export function createProgressLine(stderr: Output) {
  let shown = false
  return {
    show(text: string): void {
      if (!stderr.isTerminal) return
      shown = true
      stderr.write(ERASE_LINE + text)
    },
    erase(): void {
      if (shown) stderr.write(ERASE_LINE)
      shown = false
    },
  }
}
