import type { GiveUpReason } from '@turnpike/client'
import { parseL402Challenge, parseWwwAuthenticate } from '@turnpike/protocol'
import { withDeadline } from '../deadline.ts'
import { EXIT } from '../exit-code.ts'
import { causeOf, codeOf, messageOf } from '../failure.ts'
import { interruptible } from '../interrupt.ts'
import type { Io } from '../io.ts'
import { printable } from '../terminal.ts'
import { createJournal, type Journal } from './journal.ts'
import { fetchedJson, formatHead, passOn } from './output.ts'
import { openPurse, type Purse } from './purse.ts'
import { type FetchFlags, type FetchRequest, readFetchRequest } from './request.ts'
import { checkSink, openSink } from './sink.ts'

/**
 * `turnpike fetch`: a call that waits, works or pays its way in.
 * @returns the exit code: `refused` where the gate wants more than the limits allow, `badNews` for other HTTP errors
 * @throws UsageError, and Error when there is no answer
 */
export async function fetchCommand(address: string, flags: FetchFlags, io: Io): Promise<number> {
  const request = await readFetchRequest(address, flags, io)
  await checkSink(flags.output)
  const purse = await openPurse(request.money, io.env)
  const journal = createJournal(io, flags.verbose === true)
  try {
    return await interruptible(
      io,
      async (signal) => await fetchAndPrint(request, flags, io, { purse, journal, signal }),
    )
  } finally {
    journal.clear()
    await purse.close()
  }
}

interface Means {
  readonly purse: Purse
  readonly journal: Journal
  readonly signal: AbortSignal
}

async function fetchAndPrint(
  request: FetchRequest,
  flags: FetchFlags,
  io: Io,
  means: Means,
): Promise<number> {
  const { journal } = means
  try {
    return await withDeadline(means.signal, request.maxTimeMs, async (signal) => {
      const response = await call(request, { ...means, signal })
      journal.clear()
      await print(response, flags, io, journal)
      return judge(response, io, journal)
    })
  } catch (error) {
    journal.clear()
    if (!isOverBudget(error)) throw explained(error, request)
    const json = { url: request.url.href, error: messageOf(error), events: journal.events }
    if (flags.json === true) io.stdout.write(`${JSON.stringify(json)}\n`)
    return refuse(messageOf(error), 'over_budget', io)
  }
}

async function call(request: FetchRequest, { purse, journal, signal }: Means): Promise<Response> {
  // Loaded late: help, version and mistakes need none of it.
  const { createFetch } = await import('@turnpike/client')
  const { url, init, maxBits, maxWaitMs, prefer } = request
  const fetchThrough = createFetch({
    solve: { maxBits, onProgress: journal.onProgress },
    maxWaitMs,
    ...purse.options,
    ...(prefer === undefined ? {} : { prefer }),
    onEvent: journal.onEvent,
  })
  return await fetchThrough(url, { ...init, signal })
}

async function print(response: Response, flags: FetchFlags, io: Io, { events }: Journal): Promise<void> {
  const sink = await openSink(flags.output, io)
  try {
    if (flags.json === true) {
      const json = JSON.stringify(await fetchedJson(response, events))
      await sink.write(new TextEncoder().encode(`${json}\n`))
      return
    }
    if (flags.include === true) await sink.write(formatHead(response))
    await passOn(response, sink)
  } finally {
    await sink.close()
  }
}

function judge({ status, statusText, headers }: Response, io: Io, { events }: Journal): number {
  if (status < 400) return EXIT.ok
  const gaveUp = events.findLast((event) => event.type === 'gaveUp')
  if (gaveUp !== undefined) return refuse(gaveUp.message, gaveUp.reason, io)
  if (status === 402) return refuse(isSold(headers) ? UNPAID : CLOSED, undefined, io)
  io.stderr.write(`error: The server answered ${status} ${printable(statusText)}.\n`)
  return status === 429 ? EXIT.refused : EXIT.badNews
}

const UNPAID =
  'The gate sells this for sats over Lightning. Nothing is paid without --max-sats and a wallet (TURNPIKE_WALLET_FILE).'
const CLOSED = 'The gate wants something for this that the command cannot give.'

function isSold(headers: Headers): boolean {
  return parseWwwAuthenticate(headers.get('www-authenticate') ?? '').some(
    (challenge) => parseL402Challenge(challenge) !== undefined,
  )
}

/** The flags behind the options that messages of the client name. */
const FLAGS: Readonly<Partial<Record<GiveUpReason, string>>> = {
  too_hard: '--max-bits',
  wait_too_long: '--max-wait',
  over_budget: '--max-sats or --per-day',
}

function refuse(message: string, reason: GiveUpReason | undefined, io: Io): number {
  const flag = reason === undefined ? undefined : FLAGS[reason]
  io.stderr.write(`error: ${printable(message)}${flag === undefined ? '' : ` To go further: ${flag}.`}\n`)
  return EXIT.refused
}

/** By its code: the class is of the client's package, which is loaded late. */
function isOverBudget(error: unknown): boolean {
  return codeOf(error) === 'budget_exceeded'
}

/** `fetch failed` says nothing; its cause does. */
function explained(error: unknown, { url }: FetchRequest): unknown {
  const cause = causeOf(error)
  if (cause === undefined || codeOf(error) !== undefined) return error
  // Of several addresses that were tried, each has a reason of its own and the whole has none.
  return new Error(
    `${url.origin} could not be reached: ${messageOf(cause) || (codeOf(cause) ?? 'no reason given')}`,
    { cause: error },
  )
}
