/**
 * Looks at the packages the way npm will ship them: packs each one, checks what is inside, and loads it from the
 * tarball by `import` and by `require`. Run after a build.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

const SHIPPED =
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|bin\/.+\.js|dist\/.+\.(js|d\.ts)(\.map)?|docs\/errors\.md|src\/.+\.ts|policy\.schema\.json)$/
const EXPECTED = ['README.md', 'LICENSE', 'package.json', 'dist/index.js', 'dist/index.d.ts']
// Below node_modules, so that third-party packages are found in the parent and ours only in the tarballs.
const site = 'node_modules/.cache/packed'

rmSync(site, { recursive: true, force: true })
const folders = readdirSync('packages').filter(isPublic)
const complaints = []
for (const folder of folders) complaints.push(...(await inspect(join('packages', folder))))
for (const folder of folders) complaints.push(...load(`@turnpike/${folder}`))
for (const complaint of complaints) console.error(complaint)
process.exit(complaints.length === 0 ? 0 : 1)

/** @type {(folder: string) => boolean} */
function isPublic(folder) {
  return JSON.parse(readFileSync(join('packages', folder, 'package.json'), 'utf8')).private !== true
}

/** @type {(folder: string) => Promise<string[]>} */
async function inspect(folder) {
  const name = folder.replace('packages/', '@turnpike/')
  const target = join(site, 'node_modules', name)
  mkdirSync(target, { recursive: true })
  /** @type {{ filename: string, files: { path: string }[] }[]} */
  const [pack] = JSON.parse(run('npm', ['pack', `./${folder}`, '--json', '--pack-destination', site]))
  if (pack === undefined) return [`${name}: nothing packed`]
  run('tar', ['-xzf', join(site, pack.filename), '-C', target, '--strip-components=1'])
  const stray = pack.files
    .filter(({ path }) => !SHIPPED.test(path))
    .map(({ path }) => `${name}: ships ${path}`)
  const missing = EXPECTED.filter((path) => !pack.files.some((file) => file.path === path)).map(
    (path) => `${name}: ships no ${path}`,
  )
  const { messages, pkg } = await publint({ pkgDir: target, strict: true, pack: false })
  return [
    ...stray,
    ...missing,
    ...messages.map((message) => `${name}: ${formatMessage(message, pkg) ?? message.code}`),
  ]
}

/** @type {(name: string) => string[]} */
function load(name) {
  const failures = []
  for (const code of [
    `await import('${name}')`,
    `process.getBuiltinModule('module').createRequire(process.cwd() + '/x.js')('${name}')`,
  ]) {
    try {
      run('node', ['--input-type=module', '-e', code], site)
    } catch {
      failures.push(`${name}: fails at ${code}`)
    }
  }
  return failures
}

/** @type {(command: string, args: string[], cwd?: string) => string} */
function run(command, args, cwd = '.') {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}
