/**
 * What else solves or hashes in JavaScript and WebAssembly: libraries of hashes in the plainest loop that a user of them
 * would write, on our message of 116 characters, and the solvers of other systems on their own puzzles.
 */
import { createChallenge, solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/sha'
import { sha256 } from '@noble/hashes/sha2.js'
import { createSHA256 } from 'hash-wasm'
import { createRequire } from 'node:module'
import * as crypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import { measure } from './cpu.js'

const CHALLENGE = 'c'.repeat(100)
const require = createRequire(import.meta.url)

export const peerContenders = {
  'noble-hashes': () => hashing(100_000, (message) => sha256(message)[0] === 256),
  'crypto-subtle': () => hashing(20_000, subtle),
  'crypto-hash': () => naming(300_000, (text) => crypto.hash('sha256', text).startsWith('x')),
  'hash-wasm': async () => {
    const hasher = await createSHA256()
    return hashing(200_000, (message) => hasher.init().update(message).digest('binary')[0] === 256)
  },
  'altcha-lib': () => counting(50_000, altcha),
  'friendly-pow': friendly,
  'cap-wasm': () => counting(500_000, cap),
}

/** @param {Uint8Array<ArrayBuffer>} message */
async function subtle(message) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', message))[0] === 256
}

/**
 * A loop over messages in bytes: the nonce's last digits are written into one buffer.
 *
 * @param {number} hashes
 * @param {(message: Uint8Array<ArrayBuffer>) => boolean | Promise<boolean>} isGood never
 */
function hashing(hashes, isGood) {
  const message = new Uint8Array(116)
  message.set(new TextEncoder().encode(CHALLENGE + '0'.repeat(16)))
  const digits = new TextEncoder().encode('0123456789abcdef')
  return {
    run: async () =>
      await measure(async () => {
        for (let nonce = 0; nonce < hashes; nonce++) {
          for (let at = 115, rest = nonce; rest > 0; at--, rest >>>= 4) message[at] = digits[rest & 15] ?? 0
          const good = isGood(message)
          // Awaited only where it must be: for the others it would be most of their time.
          if (good === true || (good !== false && (await good))) throw new Error('found the impossible')
        }
        return hashes
      }),
  }
}

/**
 * A loop over messages as texts.
 *
 * @param {number} hashes
 * @param {(text: string) => boolean} isGood never
 */
function naming(hashes, isGood) {
  return {
    run: async () =>
      await measure(() => {
        for (let nonce = 0; nonce < hashes; nonce++) {
          if (isGood(CHALLENGE + nonce.toString(16).padStart(16, '0')))
            throw new Error('found the impossible')
        }
        return hashes
      }),
  }
}

/**
 * Solvers that count up from 0 and answer the first solution: its number says how many they tried.
 *
 * @param {number} hashes at least
 * @param {(puzzle: number) => number | Promise<number>} solveOne hashes it took
 */
function counting(hashes, solveOne) {
  let puzzle = 0
  return {
    run: async () =>
      await measure(async () => {
        let tried = 0
        while (tried < hashes) tried += await solveOne(puzzle++)
        return tried
      }),
  }
}

async function altcha() {
  const challenge = await createChallenge({ algorithm: 'SHA-256', cost: 1, deriveKey, keyPrefix: '0000' })
  const solution = await solveChallenge({ challenge, deriveKey })
  if (solution === null) throw new Error('altcha-lib found no solution')
  return solution.counter + 1
}

/** @param {number} puzzle */
function cap(puzzle) {
  /** @type {{ solve_pow: (salt: string, target: string) => bigint }} */
  const { solve_pow } = require('@cap.js/wasm')
  return Number(solve_pow(`salt of puzzle ${puzzle}`, '00000')) + 1
}

async function friendly() {
  /** @type {{ getWasmSolver: (module: object) => Promise<FriendlySolver> }} */
  const { getWasmSolver } = require('friendly-pow/node/api/wasm')
  const bytes = readFileSync(require.resolve('friendly-pow/wasm/optimized.wasm'))
  /** @type {{ compile: (bytes: Uint8Array) => Promise<object> }} */
  const wasm = Reflect.get(globalThis, 'WebAssembly')
  const solver = await getWasmSolver(await wasm.compile(bytes))
  const [hashes, chunk] = [2 ** 20, 4096]
  const puzzle = new Uint8Array(128)
  const counter = new DataView(puzzle.buffer)
  return {
    run: async () =>
      await measure(() => {
        for (let at = 0; at < hashes; at += chunk) {
          counter.setUint32(124, at, true)
          // Below 0 is no hash, so that all of the chunk is tried; one long call would stay in unoptimized code.
          solver(puzzle, 0, chunk)
        }
        return hashes
      }),
  }
}

/** @typedef {(puzzle: Uint8Array, threshold: number, hashes: number) => readonly Uint8Array[]} FriendlySolver */
