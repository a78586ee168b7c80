import { formatCount, formatDuration } from '../quantity.ts'
import type { Estimate, WorkEstimate } from './estimate.ts'

/** A factor that nobody shrugs off. */
const FAR_APART = 100
/** Windows that let all calls through in less are no brake. */
const NO_BRAKE_SECONDS = 600
/** Slower than a person waits. */
const TOO_SLOW_MS = 5000

/** What an operator should think about before it goes live. */
export function adviseOn({ calls, work, pay, ratio, evenDifficulty }: Estimate): readonly string[] {
  const unpriced = pay !== undefined && pay.sats === undefined
  return [
    ...(ratio === undefined || evenDifficulty === undefined ? [] : adviseOnRatio(ratio, evenDifficulty)),
    ...(work === undefined ? [] : adviseOnWork(work, calls)),
    ...(unpriced
      ? ['The price is a function of the request: compare the ways with --difficulty and --sats.']
      : []),
  ]
}

function adviseOnRatio(ratio: number, evenDifficulty: number): readonly string[] {
  if (ratio <= FAR_APART && ratio >= 1 / FAR_APART) return []
  const factor = formatCount(Number(Math.max(ratio, 1 / ratio).toPrecision(2)))
  const even = `Work is worth these sats at difficulty ${evenDifficulty.toFixed(1)}.`
  return [
    ratio > 1
      ? `The ways are far apart: paying for a call costs ${factor} times as much as working for it, so whoever can work will not pay. ${even} Keep the work's quota low, so that it is the way for a few calls, or sell for sats alone.`
      : `The ways are far apart: working for a call costs ${factor} times as much as paying for it, so whoever can pay will not work. ${even}`,
  ]
}

function adviseOnWork({ windowSeconds, callers }: WorkEstimate, calls: number): readonly string[] {
  const advice: string[] = []
  if (windowSeconds < NO_BRAKE_SECONDS && calls >= 1000) {
    advice.push(
      `Only the work holds one caller back: ${formatCount(calls)} calls fit its windows in ${formatDuration(windowSeconds * 1000)}. Give pow() a quota.`,
    )
  }
  for (const { kind, machine, workSeconds } of callers) {
    const eachMs = (workSeconds * 1000) / calls
    if (kind !== 'honest' || eachMs <= TOO_SLOW_MS) continue
    advice.push(
      `An honest caller with ${machine} works ${formatDuration(eachMs)} for each call. Lower the difficulty, or sell several uses.`,
    )
  }
  return advice
}
