import type { Admission } from '@turnpike/core'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { ScenarioReplyName } from './scenario-routes.ts'

/** What a handler answers, for the framework's own means to send: nothing, an object as JSON, or a stream. */
export interface ScenarioReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: object
}

/** Resolves when the test draws its next mark: whatever waits for a test waits as long as that takes, on any machine. */
export async function nextMark(): Promise<void> {
  await once(process, 'SIGUSR2')
}

/** @throws for the handler that breaks */
export async function replyOf(
  name: ScenarioReplyName,
  admission: Admission | undefined,
): Promise<ScenarioReply> {
  switch (name) {
    case 'admission':
      return json(admissionReport(admission))
    case 'empty':
      return { status: 204, headers: {} }
    case 'unchanged':
      return { status: 304, headers: {} }
    case 'invalid':
      return { ...json({ problem: 'invalid' }), status: 400 }
    case 'missing':
      return { ...json({ problem: 'missing' }), status: 404 }
    case 'broken':
      throw new Error('the handler broke')
    case 'events':
      return { status: 200, headers: { 'Content-Type': 'text/event-stream' }, body: Readable.from(events()) }
    case 'download':
      return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: Readable.from(download()) }
    case 'brokenDownload':
      return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: Readable.from(brokenDownload()) }
    case 'late':
      await nextMark()
      return json(admissionReport(admission))
    case 'cached':
      return json({}, { 'Cache-Control': 'public, max-age=60, s-maxage=600', Vary: 'Accept' })
    case 'secret':
      return json({}, { 'Cache-Control': 'no-store' })
    case 'disappointing':
      await admission?.giveBack()
      return json(admissionReport(admission))
    case 'metering':
      admission?.meter('tokens', 25)
      return json({ left: admission?.remaining('tokens'), isGone: admission?.signal('tokens').aborted })
  }
}

function json(body: object, headers: Readonly<Record<string, string>> = {}): ScenarioReply {
  return { status: 200, headers, body }
}

/** What the framework showed the handler of its admission; `null` where it showed none. */
function admissionReport(admission: Admission | undefined): object {
  if (admission === undefined) return { admission: null }
  const { way, policy, caller, usesLeft } = admission
  return { admission: { way, policy, caller, usesLeft, free: admission.remaining('free') } }
}

/** Each event but the first comes with a mark. */
async function* events(): AsyncGenerator<string> {
  for (let event = 1; event <= 5; event += 1) {
    if (event > 1) await nextMark()
    yield `data: ${event}\n\n`
  }
}

/** Goes on for about ten seconds, unless the client has had enough. */
async function* download(): AsyncGenerator<string> {
  for (let part = 0; part < 1000; part += 1) {
    yield 'x'.repeat(10_000)
    await pause(10)
  }
}

async function* brokenDownload(): AsyncGenerator<string> {
  yield 'half of it'
  await pause(30)
  throw new Error('the stream broke')
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
