/**
 * Python 3, which tests want that show how little it takes to write a client. Where there is none, apt-get installs
 * Debian's if we may. Uses nothing but Node.
 */
import { spawnSync } from 'node:child_process'

const WAYS_OUT = `There is no python3, which the tests of clients need. Two ways out:
  - apt-get install -y python3      (Debian, Ubuntu; elsewhere brew install python)
  - put any Python from 3.9 on into the PATH as python3`

/** @throws Error with the ways out, where it is missing and cannot be installed */
export function ensurePython() {
  if (isThere() || (install() && isThere())) return
  throw new Error(WAYS_OUT)
}

function isThere() {
  return spawnSync('python3', ['--version']).status === 0
}

function install() {
  if (process.getuid?.() !== 0) return false
  console.log('Installing python3 (apt-get) …')
  return apt(['update', '-qq']) && apt(['install', '-y', '-qq', '--no-install-recommends', 'python3'])
}

/** @param {readonly string[]} args */
function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync('apt-get', [...args], { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
}
