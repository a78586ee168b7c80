import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { packPackage } from '../../scripts/pack.js'

const root = resolve(import.meta.dirname, '../..')

/** What came of a command, whether it failed or not. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  /** Standard output, then standard error. */
  readonly said: string
}

/** A folder outside the workspace where users' projects stand, with the packages installed from their tarballs. */
export interface ConsumerSite {
  readonly folder: string
  /** Packs the packages, installs them and copies the projects in. Takes as long as npm does. */
  install(): Promise<void>
  /** Runs a program that is installed here, by name, or Node: in the folder of a project. */
  run(project: string, command: string, ...args: readonly string[]): Promise<Ran>
  close(): void
}

/** What stands at a site: our packages by folder, what else users bring along, the projects by folder. */
export interface SiteContents {
  readonly ours: readonly string[]
  readonly frameworks: Readonly<Record<string, string>>
  readonly projects: string
}

/** Third-party tools that users bring along, at the versions that the workspace has. */
const TOOLS = ['@jest/globals', '@swc/core', '@swc/jest', '@types/node', 'jest', 'typescript']
const FRAMEWORKS = ['@types/express', 'cors', 'express', 'express4']

/** The projects on Express, with what the adapter's test server needs. */
export const EXPRESS_SITE: SiteContents = {
  ours: ['protocol', 'solver', 'core', 'client', 'cli', 'node', 'express', 'testkit'],
  frameworks: pick(join(root, 'packages/express/package.json'), FRAMEWORKS),
  projects: 'projects',
}

/** An empty folder, until `install()`. */
export function createConsumerSite(contents = EXPRESS_SITE): ConsumerSite {
  const folder = mkdtempSync(join(tmpdir(), 'turnpike-consumers-'))
  return {
    folder,
    install: async () => await install(folder, contents),
    run: async (project, command, ...args) => {
      const program = command === 'node' ? process.execPath : join(folder, 'node_modules/.bin', command)
      return await execute(join(folder, project), program, args)
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function install(folder: string, contents: SiteContents): Promise<void> {
  const ours = contents.ours.map((name) => [`@turnpike/${name}`, `file:${packPackage(name, folder)}`])
  const dependencies = {
    ...Object.fromEntries(ours),
    ...contents.frameworks,
    ...pick(join(root, 'package.json'), TOOLS),
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  cpSync(join(import.meta.dirname, contents.projects), folder, { recursive: true })
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock']
  const installed = await execute(folder, 'npm', ['install', ...flags])
  if (installed.code !== 0) throw new Error(installed.said)
}

function pick(manifest: string, names: readonly string[]): Readonly<Record<string, string>> {
  const { devDependencies }: { devDependencies: Record<string, string> } = JSON.parse(
    readFileSync(manifest, 'utf8'),
  )
  return Object.fromEntries(names.map((name) => [name, devDependencies[name] ?? missing(name)]))
}

function missing(name: string): never {
  throw new Error(`the workspace no longer has ${name}`)
}

/** Users' processes know nothing of the run of jest that they are started by. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_ENV: _mode, JEST_WORKER_ID: _worker, ...rest } = process.env
  return rest
}

async function execute(cwd: string, program: string, args: readonly string[]): Promise<Ran> {
  return await new Promise((done) => {
    execFile(program, [...args], { cwd, env: environment() }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      done({ code, stdout, said: `${stdout}${stderr}` })
    })
  })
}
