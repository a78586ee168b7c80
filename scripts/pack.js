/** Packs a package the way npm will ship it. Run after a build. */
import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'

const packages = resolve(import.meta.dirname, '../packages')

/**
 * @param {string} name - of its folder: `core`
 * @param {string} destination - folder for the tarball
 * @returns {string} path of the tarball
 */
export function packPackage(name, destination) {
  const command = ['pack', join(packages, name), '--json', '--pack-destination', destination]
  /** @type {{ filename: string }[]} */
  const [packed] = JSON.parse(
    execFileSync('npm', command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
  )
  if (packed === undefined) throw new Error(`npm packed nothing of ${name}`)
  return join(destination, packed.filename)
}
