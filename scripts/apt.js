/** Debian's packages, for what tests need beside Node. Uses nothing but Node. */
import { spawnSync } from 'node:child_process'

/**
 * Installs a package if we may: as root, where there is apt-get. Why it could not be had stands on standard error.
 *
 * @param {string} name
 * @returns {boolean} whether it is installed now
 */
export function installPackage(name) {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return false
  console.log(`Installing ${name} (apt-get) …`)
  const install = ['install', '-y', '-qq', '--no-install-recommends', name]
  // Without fresh lists first: where there are some, that saves a download.
  return apt(install, 'ignore') || (apt(['update', '-qq'], 'inherit') && apt(install, 'inherit'))
}

/** @param {readonly string[]} args @param {'ignore' | 'inherit'} complaints what becomes of standard error */
function apt(args, complaints) {
  // RUNLEVEL=1: what a package would start as a service stays down.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  return spawnSync('apt-get', [...args], { env, stdio: ['ignore', 'ignore', complaints] }).status === 0
}
