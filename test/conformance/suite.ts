import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** One check of the suite: what it found, and what it saw. */
export interface Check {
  readonly id: string
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO'
  readonly [member: string]: unknown
}

/** Checks by scenario. */
export type Report = Readonly<Record<string, readonly Check[]>>

const run = promisify(execFile)
const folder = dirname(
  createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json'),
)
const LOADER = join(import.meta.dirname, 'suite-loader.js')

/** Runs the MCP conformance suite against a server, in a process of its own. */
export async function runSuite(url: string, ...options: readonly string[]): Promise<Report> {
  const out = mkdtempSync(join(tmpdir(), 'turnpike-conformance-'))
  const suite = join(folder, 'dist/index.js')
  // It ends with code 1 when a check fails; the report says which.
  await run(process.execPath, [
    '--import',
    LOADER,
    suite,
    'server',
    '--url',
    url,
    '-o',
    out,
    ...options,
  ]).catch(() => undefined)
  const report = Object.fromEntries(
    readdirSync(out).map((name) => [
      name.replace(/^server-|-\d{4}-\d\d-\d\dT.*$/g, ''),
      JSON.parse(readFileSync(join(out, name, 'checks.json'), 'utf8')),
    ]),
  )
  rmSync(out, { recursive: true })
  return report
}

const PASSING = /^(?:_meta|timestamp|date)$|(?:Ms|Time|duration)$/i
const NAMED = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|127\.0\.0\.1:\d+/g

/** A report without what differs from run to run, and without the `_meta` of results, where our receipts are. */
export function comparable(report: Report): unknown {
  return lasting(report)
}

function lasting(value: unknown): unknown {
  if (typeof value === 'string') return lastingText(value)
  if (Array.isArray(value)) return value.map(lasting)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([name]) => !PASSING.test(name))
  return Object.fromEntries(members.map(([name, member]) => [name, lasting(member)]))
}

/** Messages stand in the report as they were sent. */
function lastingText(text: string): unknown {
  if (!text.startsWith('{')) return text.replaceAll(NAMED, '*')
  try {
    return lasting(JSON.parse(text))
  } catch {
    return text
  }
}
