/** Installs the peers, from this folder's own lock, where they are missing or are not the pinned versions. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { peers } from './machine.js'

if (peers().some(({ wanted, installed }) => wanted !== installed)) {
  console.log('Installing what Turnpike is measured beside (npm ci in bench/) …')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  process.exitCode = status ?? 1
}
