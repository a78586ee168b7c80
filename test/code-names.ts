/** Names that documents have to list, as the code has them. */
import { textOf } from './document.ts'

/** An option far from every name there is. */
export const MISSPELT: object = { zzzzzzzzzzzzzzzzzzzz: 1 }

/** All options there are: a far-fetched name, such as that of MISSPELT, gets the list for an answer. */
export function optionNames(configure: () => unknown): readonly string[] {
  try {
    configure()
  } catch (error) {
    const names = /(?:there are|it has) ([\w, ]+)/.exec(String(error))?.[1]
    if (names === undefined) throw error
    return names.trim().split(', ')
  }
  throw new Error('an option that does not exist was taken')
}

/** The members of a union of texts, read from the source: a type leaves nothing to ask at run time. */
export function membersOf(file: string, union: string): readonly string[] {
  const declared = new RegExp(`export type ${union} =((?:\\s*\\|? *'[a-z0-9_]+')+)`).exec(textOf(file))?.[1]
  const members = [...(declared ?? '').matchAll(/'([a-z0-9_]+)'/g)].map(([, code = '']) => code)
  if (members.length < 2) throw new Error(`cannot read ${union} in ${file}`)
  return members
}
