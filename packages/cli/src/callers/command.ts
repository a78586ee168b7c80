import { createGate, type Gate, type WindowReport } from '@turnpike/core'
import { randomBytes } from 'node:crypto'
import { EXIT } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { paintFor } from '../terminal.ts'
import { callerJson, formatInspected, formatReset } from './format.ts'
import { openLmdbStore } from './lmdb.ts'
import { openRedisStore } from './redis.ts'
import { type CallerFlags, type CallerRequest, readCallerRequest, type StorePlace } from './request.ts'

/**
 * `turnpike inspect`: what a caller has used.
 * @throws UsageError, and Error where the store cannot be opened
 */
export async function inspectCommand(text: string, flags: CallerFlags, io: Io): Promise<number> {
  const request = readCallerRequest(text, flags, io.env)
  const windows = await atGate(request, async (gate) => await gate.inspect(request.caller))
  io.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ ...callerJson(request), windows })}\n`
      : formatInspected(request, windows, paintFor(io.stdout, io.env)),
  )
  return EXIT.ok
}

/**
 * `turnpike reset`: forgets it. What was spent stays spent.
 * @throws UsageError, and Error where the store cannot be opened
 */
export async function resetCommand(text: string, flags: CallerFlags, io: Io): Promise<number> {
  const request = readCallerRequest(text, flags, io.env)
  const forgotten = await atGate(request, async (gate) => {
    const windows: readonly WindowReport[] = await gate.inspect(request.caller)
    await gate.reset(request.caller)
    return windows
  })
  io.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ ...callerJson(request), forgotten })}\n`
      : formatReset(request, forgotten),
  )
  return EXIT.ok
}

/**
 * Names of callers are hashed with the gate's name and nothing else (R9), so a gate with any secret finds them. It decides
 * nothing and signs nothing.
 */
async function atGate<Result>(
  { gateName, ipv6Subnet, place }: CallerRequest,
  work: (gate: Gate) => Promise<Result>,
): Promise<Result> {
  const store = await openStore(place)
  const secret = randomBytes(32).toString('base64url')
  const gate = createGate({ name: gateName, secret, store, ipv6Subnet, log: () => undefined })
  try {
    return await work(gate)
  } finally {
    await gate.close()
  }
}

async function openStore(place: StorePlace) {
  switch (place.kind) {
    case 'redis':
      return await openRedisStore(place.url, place.prefix)
    case 'lmdb':
      return await openLmdbStore(place.path)
  }
}
