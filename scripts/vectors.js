/**
 * Writes docs/vectors anew. They are made by the sources themselves, which TypeScript has to be taken off: by the test that
 * compares them on any other day.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const cwd = fileURLToPath(new URL('..', import.meta.url))
const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', 'test/vectors']
const { status } = spawnSync(process.execPath, jest, {
  cwd,
  stdio: 'inherit',
  env: { ...process.env, WRITE_VECTORS: '1' },
})
process.exit(status ?? 1)
