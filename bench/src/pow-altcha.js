/** altcha-lib as a contender: v2 with its cheapest derivation (SHA-256, cost 1), and v1. */
import { createChallenge, solveChallenge, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/sha'
import * as v1 from 'altcha-lib/v1'
import { measure } from './cpu.js'

const OPS = 1000
/** Solved once, verified again and again: altcha-lib keeps no record of what it has seen. */
const POOL = 64
const SECRET = 'a secret of 32 characters or more'

export const altchaContenders = {
  'altcha2-issue': () => repeat(createV2),
  'altcha2-verify': async () => {
    const pool = await filled(solvedV2)
    return repeat(async (index) => demand(await verifyV2(pool[index % POOL]), true))
  },
  'altcha2-forged': async () => {
    const pool = (await filled(solvedV2)).map(({ challenge, solution }) => ({
      challenge: { ...challenge, signature: '0'.repeat(64) },
      solution,
    }))
    return repeat(async (index) => demand(await verifyV2(pool[index % POOL]), false))
  },
  'altcha1-issue': () => repeat(createV1),
  'altcha1-verify': async () => {
    const pool = await filled(solvedV1)
    return repeat(async (index) => demand(await v1.verifySolution(pool[index % POOL] ?? '', SECRET), true))
  },
}

/** @param {(index: number) => Promise<unknown>} operation */
function repeat(operation) {
  return {
    run: async () =>
      await measure(async () => {
        for (let index = 0; index < OPS; index += 1) await operation(index)
        return OPS
      }),
  }
}

async function createV2() {
  return await createChallenge({
    algorithm: 'SHA-256',
    cost: 1,
    deriveKey,
    hmacSignatureSecret: SECRET,
    expiresAt: Math.floor(Date.now() / 1000) + 3600,
  })
}

async function solvedV2() {
  const challenge = await createV2()
  const solution = await solveChallenge({ challenge, deriveKey })
  if (solution === null) throw new Error('altcha-lib found no solution')
  return { challenge, solution }
}

/** @param {Awaited<ReturnType<typeof solvedV2>> | undefined} solved */
async function verifyV2(solved) {
  if (solved === undefined) throw new Error('nothing to verify')
  return (await verifySolution({ ...solved, deriveKey, hmacSignatureSecret: SECRET })).verified
}

async function createV1() {
  return await v1.createChallenge({
    hmacKey: SECRET,
    maxnumber: 100,
    expires: new Date(Date.now() + 3_600_000),
  })
}

async function solvedV1() {
  const { challenge, salt, algorithm, signature, maxnumber } = await createV1()
  const solution = await v1.solveChallenge(challenge, salt, algorithm, maxnumber).promise
  if (solution === null) throw new Error('altcha-lib v1 found no solution')
  return { algorithm, challenge, number: solution.number, salt, signature }
}

/**
 * @template T
 * @param {() => Promise<T>} make
 */
async function filled(make) {
  return await Promise.all(Array.from({ length: POOL }, async () => await make()))
}

/**
 * @param {boolean} verified
 * @param {boolean} expected
 */
function demand(verified, expected) {
  if (verified !== expected) throw new Error(`altcha-lib: expected ${expected}, got ${verified}`)
}
