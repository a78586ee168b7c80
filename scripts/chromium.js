/**
 * Finds Chromium for the browser tests and installs Debian's where there is none and we may. Run by itself it says where
 * it is; uses nothing but Node.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'

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

/** @returns {string} path of the program; ends the process with a word where it cannot be had */
function installChromium() {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0)
    giveUp('there is none here')
  console.log('Installing Chromium (apt-get) …')
  const installed =
    apt(['install', '-y', '--no-install-recommends', 'chromium']) ||
    (apt(['update']) && apt(['install', '-y', '--no-install-recommends', 'chromium']))
  const path = installed ? findChromium() : undefined
  return path ?? giveUp('apt-get could not install it; the lines above say why')
}

/** @param {readonly string[]} args */
function apt(args) {
  // RUNLEVEL=1: what a package would start as a service stays down.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  return spawnSync('apt-get', [...args], { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
}

/** @param {string} why @returns {never} */
function giveUp(why) {
  console.error(`The browser tests need Chromium, and ${why}. Three ways out:
  - apt-get install -y --no-install-recommends chromium      (Debian, Ubuntu; as root)
  - CHROMIUM=/path/to/chrome npm run test:browser            (any Chromium or Chrome that you have)
  - run the command again as root on a machine with apt-get: it installs Chromium by itself`)
  process.exit(1)
}
