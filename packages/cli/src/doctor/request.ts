import { readUrl } from '../address.ts'
import { type CallFlags, readCall } from '../call.ts'
import { UsageError } from '../exit-code.ts'
import { readWhole } from '../flag.ts'
import type { Io } from '../io.ts'

/** The options of `turnpike doctor`, as typed. */
export interface DoctorFlags extends CallFlags {
  readonly origin: string
  readonly calls: string
  readonly challengePath: string
  readonly mcp?: boolean
  readonly json?: boolean
}

/** What to examine, and how. */
export interface DoctorRequest {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
  /** Calls at most, until one is refused. */
  readonly calls: number
  readonly challengeUrl: URL
  /** An MCP endpoint: its opening request is examined, and nothing is called. */
  readonly isMcp: boolean
}

const MOST_CALLS = 1000

/** @throws UsageError, and Error for a file that cannot be read */
export async function readDoctorRequest(address: string, flags: DoctorFlags, io: Io): Promise<DoctorRequest> {
  const url = readUrl(address)
  const { method, headers, body } = await readCall(flags, io)
  const accept = 'application/json, text/event-stream, */*'
  return {
    url,
    method,
    headers: { accept, ...Object.fromEntries(headers), origin: readOrigin(flags.origin) },
    body,
    calls: readWhole('--calls', flags.calls, 1, MOST_CALLS),
    challengeUrl: readPath(flags.challengePath, url),
    isMcp: flags.mcp === true || url.pathname.endsWith('/mcp'),
  }
}

function readOrigin(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text
  throw new UsageError('--origin must be an origin such as https://app.example.')
}

function readPath(path: string, base: URL): URL {
  if (URL.canParse(path, base.href)) return new URL(path, base)
  throw new UsageError(`--challenge-path must be a path such as /api/challenge, not "${path}".`)
}
