import type { Output } from '../io.ts'

const CLEAR = '\u001b[2J'
const HOME = '\u001b[H'
const ERASE_LINE_END = '\u001b[K'
const ERASE_BELOW = '\u001b[J'

/** Shows texts one over the other on a terminal, without flicker; one after the other elsewhere. */
export function createScreen(stdout: Output): (text: string) => void {
  let isFirst = true
  return (text) => {
    const before = isFirst ? '' : '\n'
    const start = isFirst ? CLEAR + HOME : HOME
    isFirst = false
    if (stdout.isTerminal)
      stdout.write(`${start}${text.replaceAll('\n', `${ERASE_LINE_END}\n`)}${ERASE_BELOW}`)
    else stdout.write(before + text)
  }
}
