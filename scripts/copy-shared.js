/**
 * Puts the licence beside a package that is about to be packed, and the documents that it is told of, such as
 * `docs/errors.md`; takes them away when it is packed, so that none grows old there. npm runs it in the package's folder.
 */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'

const isPacked = process.env['npm_lifecycle_event'] === 'postpack'

for (const path of ['LICENSE', ...process.argv.slice(2)]) {
  if (isPacked) {
    rmSync(path, { force: true })
    continue
  }
  mkdirSync(dirname(path), { recursive: true })
  copyFileSync(new URL(`../${path}`, import.meta.url), path)
}
