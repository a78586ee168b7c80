/**
 * Under which licences the packages stand that a user gets with ours: whatever `dependencies` leads to, by the lock file. Any
 * licence but those below fails.
 */
import { readFileSync } from 'node:fs'

const ALLOWED = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
])

/**
 * @typedef {object} LockEntry
 * @property {string} [license] SPDX
 * @property {string} [resolved]
 * @property {boolean} [link]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [optionalDependencies]
 */

/** @type {{ packages: Record<string, LockEntry> }} */
const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'))
/** @type {Map<string, LockEntry>} */
const shipped = new Map()
for (const path of Object.keys(lock.packages)) if (isPublic(path)) follow(path)

/** @type {Map<string, string[]>} */
const byLicence = new Map()
for (const [path, { license = 'none given' }] of shipped) {
  byLicence.set(license, [...(byLicence.get(license) ?? []), path.replace(/^.*node_modules\//, '')])
}
for (const [license, names] of byLicence)
  console.log(`${license}: ${[...new Set(names)].toSorted().join(', ')}`)
const strange = [...byLicence.keys()].filter((license) => !isAllowed(license))
for (const license of strange)
  console.error(`${license} is none that Turnpike ships with; see scripts/licences.js`)
process.exit(strange.length === 0 ? 0 : 1)

/** @param {string} path */
function isPublic(path) {
  if (!/^packages\/[^/]+$/.test(path)) return false
  return (
    JSON.parse(readFileSync(new URL(`../${path}/package.json`, import.meta.url), 'utf8')).private !== true
  )
}

/** @param {string} path where a package stands in the lock file */
function follow(path) {
  const { dependencies = {}, optionalDependencies = {} } = lock.packages[path] ?? {}
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const found = resolve(path, name)
    const entry = found === undefined ? undefined : lock.packages[found]
    if (found === undefined || entry === undefined || entry.link === true || shipped.has(found)) continue
    shipped.set(found, entry)
    follow(found)
  }
}

/** As Node does: from the nearest node_modules up. @param {string} from @param {string} name */
function resolve(from, name) {
  for (let place = from; ; place = place.replace(/(^|\/)(node_modules\/(@[^/]+\/)?)?[^/]+$/, '')) {
    const path = place === '' ? `node_modules/${name}` : `${place}/node_modules/${name}`
    if (Object.hasOwn(lock.packages, path)) return path
    if (place === '') return undefined
  }
}

/** @param {string} license an SPDX expression: `(MIT OR GPL-2.0)`, `(MIT AND BSD-3-Clause)` */
function isAllowed(license) {
  const alternatives = license.replaceAll(/[()]/g, '').split(' OR ')
  return alternatives.some((one) => one.split(' AND ').every((part) => ALLOWED.has(part)))
}
