import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

const packages = resolve(import.meta.dirname, '../../packages')

/** Where a page finds each package that the browser may load, by the path that it is served at. */
const FOLDERS: Readonly<Record<string, string>> = {
  '/protocol/': join(packages, 'protocol/dist'),
  '/solver/': join(packages, 'solver/dist'),
  '/client/': join(packages, 'client/dist'),
  '/noble/': nobleOf(join(packages, 'protocol')),
}

const IMPORTS: Readonly<Record<string, string>> = {
  '@turnpike/protocol': '/protocol/index.js',
  '@turnpike/solver': '/solver/index.js',
  '@turnpike/client': '/client/index.js',
  '@noble/hashes/': '/noble/',
}

/** What makes the packages' names mean something to a page; workers have no such thing. */
export const IMPORT_MAP = JSON.stringify({ imports: IMPORTS })

/**
 * The text of one file of a package, as built; undefined when there is none.
 * @param path - `/solver/index.js`, or `/linked/solver/index.js` with names of packages replaced by paths
 */
export function packageFile(path: string): string | undefined {
  const linked = path.startsWith('/linked/')
  const wanted = linked ? path.slice('/linked'.length) : path
  const [mount, folder] = Object.entries(FOLDERS).find(([prefix]) => wanted.startsWith(prefix)) ?? ['', '']
  const file = resolve(folder, wanted.slice(mount.length))
  if (mount === '' || !file.startsWith(folder) || !file.endsWith('.js') || !existsSync(file)) return undefined
  const text = readFileSync(file, 'utf8')
  return linked ? withPaths(text) : text
}

/** What a bundler or a development server does for workers. */
function withPaths(text: string): string {
  return text.replaceAll(
    /(\bfrom\s*|\bimport\s*\(?\s*)'(@[^']+)'/g,
    (whole, before: string, name: string) => {
      const [key, path] = Object.entries(IMPORTS).find(([known]) => name.startsWith(known)) ?? []
      return key === undefined ? whole : `${before}'/linked${path}${name.slice(key.length)}'`
    },
  )
}

function nobleOf(folder: string): string {
  const require = createRequire(join(folder, 'package.json'))
  return resolve(require.resolve('@noble/hashes/sha2.js'), '..')
}
