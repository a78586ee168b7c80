/**
 * Python 3, which tests want that show how little it takes to write a client. Where there is none, apt-get installs
 * Debian's if we may. Uses nothing but Node.
 */
import { spawnSync } from 'node:child_process'
import { installPackage } from './apt.js'

const WAYS_OUT = `There is no python3, which the tests of clients need. Two ways out:
  - apt-get install -y python3      (Debian, Ubuntu; elsewhere brew install python)
  - put any Python from 3.9 on into the PATH as python3`

/** @throws Error with the ways out, where it is missing and cannot be installed */
export function ensurePython() {
  if (isThere() || (installPackage('python3') && isThere())) return
  throw new Error(WAYS_OUT)
}

function isThere() {
  return spawnSync('python3', ['--version']).status === 0
}
