import { open as openDriver } from 'lmdb'

/** The table of a file, past the store. */
function openTable(path: string) {
  return openDriver<Buffer, string>({
    path,
    encoding: 'binary',
    noSubdir: true,
    noSync: true,
    overlappingSync: false,
  })
}

/** Writes over a record, as a broken disk might. */
export function spoil(path: string, key: string): void {
  const table = openTable(path)
  if (table.getBinary(key) === undefined) throw new Error(`no record '${key}'`)
  table.putSync(key, Buffer.from([1, 255, 255]))
}

/** @returns how many entries of a kind are in the file */
export function countOf(path: string, letter: string): number {
  const table = openTable(path)
  return table.getKeysCount({ start: letter, end: `${letter}\uFFFF` })
}
