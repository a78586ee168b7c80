/**
 * Finds Chromium for the browser tests and installs Debian's where there is none and we may. Run by itself it says where
 * it is; uses nothing but Node.
 */
import { existsSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { installPackage } from './apt.js'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
const WAYS_OUT = `The browser tests need Chromium, and there is none here. Three ways out:
  - apt-get install -y --no-install-recommends chromium      (Debian, Ubuntu; as root)
  - CHROMIUM=/path/to/chrome npm run test:browser            (any Chromium or Chrome that you have)
  - run the command again as root on a machine with apt-get: it installs Chromium by itself`

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) {
  console.log(`Chromium: ${findChromium() ?? installChromium()}`)
}

/**
 * @returns {string | undefined} path of the program: CHROMIUM of the environment, else the first one on the PATH
 */
export function findChromium() {
  const { CHROMIUM: given, PATH = '' } = process.env
  if (given !== undefined && given !== '') return given
  const candidates = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)))
  return [...candidates, MAC].find((candidate) => existsSync(candidate))
}

/** @returns {string} path of the program; ends the process with the ways out where it cannot be had */
function installChromium() {
  const path = installPackage('chromium') ? findChromium() : undefined
  if (path !== undefined) return path
  console.error(WAYS_OUT)
  process.exit(1)
}
