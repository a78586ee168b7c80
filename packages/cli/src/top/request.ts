import { isLoopback } from '@turnpike/client'
import { readUrl } from '../address.ts'
import { UsageError } from '../exit-code.ts'
import { readNumber } from '../flag.ts'
import { readHeaderLines } from '../header-line.ts'
import type { Io } from '../io.ts'

/** The options of `turnpike top`, as typed. */
export interface TopFlags {
  readonly header?: readonly string[]
  readonly interval: string
  readonly once?: boolean
  readonly json?: boolean
}

/** What to look at, and how often. */
export interface TopRequest {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly intervalMs: number
}

const LONGEST_INTERVAL_SECONDS = 3600

/** @throws UsageError; it never repeats a header's value */
export function readTopRequest(
  address: string,
  { header = [], interval }: Pick<TopFlags, 'header' | 'interval'>,
  env: Io['env'],
): TopRequest {
  const url = readUrl(address)
  const headers = Object.fromEntries([...headersFrom(env), ...readHeaderLines(header)])
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && Object.keys(headers).length > 0) {
    throw new UsageError('Over plain http to another machine everybody could read the header; use https.')
  }
  const seconds = readNumber('--interval', interval, 0.1, LONGEST_INTERVAL_SECONDS)
  return { url, headers, intervalMs: seconds * 1000 }
}

function headersFrom(env: Io['env']): ReturnType<typeof readHeaderLines> {
  const line = env['TURNPIKE_STATUS_HEADER'] ?? ''
  if (line === '') return []
  try {
    return readHeaderLines([line])
  } catch {
    throw new UsageError('TURNPIKE_STATUS_HEADER must be "Name: value", or @file with such lines.')
  }
}
