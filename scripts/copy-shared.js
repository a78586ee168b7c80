/**
 * Puts the licence beside a package that is about to be packed, and the documents that it is told of, such as
 * `docs/errors.md`, which errors name by this path. npm runs it in the package's folder.
 */
import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

for (const path of ['LICENSE', ...process.argv.slice(2)]) {
  mkdirSync(dirname(path), { recursive: true })
  copyFileSync(new URL(`../${path}`, import.meta.url), path)
}
