/**
 * SHA-256's compression function (FIPS 180-4, 6.2.2) as straight-line code, for any kind of lanes. Letters and Greek
 * names are those of the standard.
 *
 * @typedef {import('./wasm-encoding.js').Code} Code
 * @typedef {import('./wasm-instructions.js').Local} Local
 * @typedef {import('./lanes.js').Lanes} Lanes
 */
import { MEMORY } from './memory.js'

export const ROUNDS = 64
const BLOCK_WORDS = 16

/** σ0 and σ1 (4.6, 4.7) make the schedule, Σ0 and Σ1 (4.4, 4.5) the rounds. */
const smallSigma0 = (/** @type {Lanes} */ lanes, /** @type {Code} */ x) =>
  lanes.xor(lanes.rotations(x, [7, 18]), lanes.shiftRight(x, 3))
const smallSigma1 = (/** @type {Lanes} */ lanes, /** @type {Code} */ x) =>
  lanes.xor(lanes.rotations(x, [17, 19]), lanes.shiftRight(x, 10))
const itself = (/** @type {Lanes} */ _lanes, /** @type {Code} */ x) => x
const bigSigma0 = (/** @type {Lanes} */ lanes, /** @type {Code} */ x) => lanes.rotations(x, [2, 13, 22])
const bigSigma1 = (/** @type {Lanes} */ lanes, /** @type {Code} */ x) => lanes.rotations(x, [6, 11, 25])

/**
 * Which of the 64 words of the schedule differ from nonce to nonce, when of the block's sixteen those in `varying` do.
 * The others are worked out by the host, once for 65,536 nonces.
 *
 * @param {readonly number[]} varying
 * @returns {readonly boolean[]}
 */
export function varyingWords(varying) {
  const varies = Array.from({ length: BLOCK_WORDS }, (_, t) => varying.includes(t))
  for (let t = BLOCK_WORDS; t < ROUNDS; t++) varies[t] = termsOf(t).some(({ from }) => varies[from])
  return varies
}

/**
 * W[t] = σ1(W[t-2]) + W[t-7] + σ0(W[t-15]) + W[t-16]: the schedule's recurrence (6.2.2, step 1).
 *
 * @param {number} t 16 to 63
 * @returns {readonly { readonly from: number, readonly term: (lanes: Lanes, word: Code) => Code }[]}
 */
function termsOf(t) {
  return [
    { from: t - 2, term: smallSigma1 },
    { from: t - 7, term: itself },
    { from: t - 15, term: smallSigma0 },
    { from: t - 16, term: itself },
  ]
}

/**
 * Code for word `t` of the schedule, from the words before it: what varies is computed, what does not comes in one sum.
 *
 * @param {Lanes} lanes
 * @param {number} t 16 to 63, a word that varies
 * @param {readonly boolean[]} varies
 * @param {readonly (Local | undefined)[]} words
 * @returns {Code}
 */
export function scheduleWord(lanes, t, varies, words) {
  const terms = termsOf(t)
  const varying = terms
    .filter(({ from }) => varies[from])
    .map(({ from, term }) => term(lanes, words[from]?.get ?? []))
  const hasFixedPart = varying.length < terms.length
  return [...varying, ...(hasFixedPart ? [lanes.broadcast(MEMORY.parts + 4 * t)] : [])].reduce(lanes.add)
}

/**
 * The working variables between two rounds. No round moves a value from one to the next: their names change places.
 *
 * @typedef {object} State
 * @property {Local} a
 * @property {Local} b
 * @property {Local} c
 * @property {Local} d
 * @property {Local} e
 * @property {Local} f
 * @property {Local} g
 * @property {Local} h
 */

/**
 * One round (6.2.2, step 3):
 *
 *     T1 = h + K[t] + W[t] + Σ1(e) + Ch(e,f,g)        d' = d + T1
 *     T2 = Σ0(a) + Maj(a,b,c)                         h' = T1 + T2
 *
 * after which h' goes by the name a, a by b, and so on.
 *
 * @param {Lanes} lanes
 * @param {State} state
 * @param {Local} t1 room for T1
 * @param {{ readonly addend: Code, readonly isLast: boolean }} round addend: K[t] + W[t]; of the last round only the
 *   new a is computed, as nothing asks for more than the digest's first word
 * @returns {{ readonly code: Code, readonly state: State }}
 */
export function round(lanes, state, t1, { addend, isLast }) {
  const { a, b, c, d, e, f, g, h } = state
  const ch = lanes.choose(e.get, f.get, g.get)
  // Where a and b agree, they are the majority; where they do not, c decides.
  const maj = lanes.choose(lanes.xor(a.get, b.get), c.get, b.get)
  const t2 = lanes.add(bigSigma0(lanes, a.get), maj)
  const code = [
    t1.set([h.get, addend, bigSigma1(lanes, e.get), ch].reduce(lanes.add)),
    isLast ? [] : d.set(lanes.add(d.get, t1.get)),
    h.set(lanes.add(t1.get, t2)),
  ]
  return { code, state: { a: h, b: a, c: b, d: c, e: d, f: e, g: f, h: g } }
}
