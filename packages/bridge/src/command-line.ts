import { UsageError } from './exit-code.ts'

/** Blanks, or a piece of a word: 'literal', "with \" and \\", \c, or plain characters. */
const PIECE = /\s+|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|[^\s'"\\]+/y

/**
 * Splits a command into words. No shell reads it, so nothing but this is special: blanks part words; `'...'` is taken as it
 * stands; in `"..."` a backslash goes before `"` and `\`; elsewhere a backslash takes the character behind it as it stands.
 *
 * @param flag - where the text was given, for the message
 * @throws UsageError for an open quote, a lone backslash at the end, or no words at all
 */
export function splitCommand(text: string, flag: string): readonly [string, ...string[]] {
  const words: string[] = []
  let word: string | undefined
  PIECE.lastIndex = 0
  while (PIECE.lastIndex < text.length) {
    const at = PIECE.lastIndex
    const piece = PIECE.exec(text)
    if (piece === null) throw new UsageError(`${flag}: what begins at character ${at + 1} is not closed.`)
    if (piece[0].trim() === '') {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + meaningOf(piece)
  }
  if (word !== undefined) words.push(word)
  const [command, ...more] = words
  if (command === undefined || command === '') throw new UsageError(`${flag} names no command.`)
  return [command, ...more]
}

function meaningOf([piece, literal, quoted, escaped]: RegExpExecArray): string {
  if (quoted !== undefined) return quoted.replaceAll(/\\(["\\])/g, '$1')
  return literal ?? escaped ?? piece
}
