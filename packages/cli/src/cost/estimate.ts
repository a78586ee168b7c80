import { type Leaf, powCost, SOLVER_SPEEDS } from '@turnpike/core'
import type { CostRequest, Payment } from './request.ts'

/** What work and payment come to, for those whom they are meant for and for others. */
export interface Estimate {
  readonly calls: number
  readonly work: WorkEstimate | undefined
  readonly pay: PayEstimate | undefined
  /** Price of a paid call over the price of a worked one, to whoever works cheapest; undefined without both. */
  readonly ratio: number | undefined
  /** Difficulty at which a call would cost as much work as it costs sats; undefined likewise. */
  readonly evenDifficulty: number | undefined
}

/** What work comes to. */
export interface WorkEstimate {
  /** Expected hashes of one call by a caller with few recent ones. */
  readonly hashesPerCall: number
  /** Seconds that the windows alone make one caller take for all calls, however fast it solves. */
  readonly windowSeconds: number
  readonly callers: readonly CallerEstimate[]
}

/** What it comes to for one kind of caller. */
export interface CallerEstimate {
  readonly kind: 'honest' | 'abusive'
  readonly machine: string
  /** Addresses or names that take turns. */
  readonly identities: number
  readonly hashesPerSecond: number
  /** Expected hashes of the hardest challenge. */
  readonly hardestWork: number
  readonly workSeconds: number
  /** From the first call to the last. */
  readonly elapsedSeconds: number
  /** Rent of the cores for that long; undefined for machines that are there anyway. */
  readonly usd: number | undefined
}

/** What payment comes to, in sats and in dollars. */
export interface PayEstimate extends Payment {
  /** Of one call. */
  readonly usdPerCall: number | undefined
  /** Of all calls. */
  readonly totalSats: number | undefined
  readonly totalUsd: number | undefined
}

interface Machine {
  readonly kind: CallerEstimate['kind']
  readonly machine: string
  /** Rented cores that do it together; 0 for machines that are there anyway. */
  readonly cores: number
  readonly hashesPerSecond: number
  readonly identities: number
}

/** An agent that calls every other second. */
const HONEST_EVERY_MS = 2000
/** Faster than anything: what is left is waiting for windows. */
const IMMEASURABLE = 1e18
const SATS_PER_BITCOIN = 100_000_000
const SECONDS_PER_HOUR = 3600
const NATIVE_CORES = 8

const { phone, wasmCore, naiveLoop, nativeCore, gpu } = SOLVER_SPEEDS

const MACHINES: readonly Machine[] = [
  { kind: 'honest', machine: 'a phone', cores: 0, hashesPerSecond: phone, identities: 1 },
  {
    kind: 'honest',
    machine: 'this solver (WebAssembly)',
    cores: 0,
    hashesPerSecond: wasmCore,
    identities: 1,
  },
  {
    kind: 'honest',
    machine: 'a simple loop (JavaScript)',
    cores: 0,
    hashesPerSecond: naiveLoop,
    identities: 1,
  },
  {
    kind: 'abusive',
    machine: 'a simple loop (JavaScript)',
    cores: 1,
    hashesPerSecond: naiveLoop,
    identities: 1,
  },
  { kind: 'abusive', machine: 'one core (WebAssembly)', cores: 1, hashesPerSecond: wasmCore, identities: 1 },
  ...[1, 100, 10_000].map((identities) => ({
    kind: 'abusive' as const,
    machine: `${NATIVE_CORES} cores (native)`,
    cores: NATIVE_CORES,
    hashesPerSecond: NATIVE_CORES * nativeCore,
    identities,
  })),
  { kind: 'abusive', machine: 'a graphics card', cores: 0, hashesPerSecond: gpu, identities: 10_000 },
]

/** @throws TurnpikeError `requirement_invalid`, `option_invalid` for terms that are none */
export function estimate(request: CostRequest): Estimate {
  const { calls } = request
  const work = request.work === undefined ? undefined : estimateWork(request.work, request)
  const pay = request.pay === undefined ? undefined : estimatePay(request.pay, request)
  if (work === undefined || pay?.usdPerCall === undefined)
    return { calls, work, pay, ratio: undefined, evenDifficulty: undefined }
  const usdPerHash = request.coreHourUsd / SECONDS_PER_HOUR / nativeCore
  const evenHashes = pay.usdPerCall / usdPerHash
  const ratio = evenHashes / work.hashesPerCall
  return { calls, work, pay, ratio, evenDifficulty: Math.log2(evenHashes) / 4 }
}

function estimateWork(leaf: Leaf, { calls, coreHourUsd }: CostRequest): WorkEstimate {
  // A thousand calls in a row, because one solution may be good for several.
  const few = { calls: 1000, hashesPerSecond: IMMEASURABLE, everyMs: HONEST_EVERY_MS }
  return {
    hashesPerCall: powCost(leaf, few).hashes / few.calls,
    windowSeconds: powCost(leaf, { calls, hashesPerSecond: IMMEASURABLE }).elapsedSeconds,
    callers: MACHINES.map(({ kind, machine, cores, hashesPerSecond, identities }) => {
      const everyMs = kind === 'honest' ? HONEST_EVERY_MS : 0
      const cost = powCost(leaf, { calls, hashesPerSecond, callers: identities, everyMs })
      const { hardestWork, workSeconds, elapsedSeconds } = cost
      const usd = cores === 0 ? undefined : (workSeconds * cores * coreHourUsd) / SECONDS_PER_HOUR
      return { kind, machine, identities, hashesPerSecond, hardestWork, workSeconds, elapsedSeconds, usd }
    }),
  }
}

function estimatePay({ sats, uses }: Payment, { calls, btcUsd }: CostRequest): PayEstimate {
  if (sats === undefined)
    return { sats, uses, usdPerCall: undefined, totalSats: undefined, totalUsd: undefined }
  const usdPerSat = btcUsd / SATS_PER_BITCOIN
  const totalSats = Math.ceil(calls / uses) * sats
  return { sats, uses, usdPerCall: (sats / uses) * usdPerSat, totalSats, totalUsd: totalSats * usdPerSat }
}
