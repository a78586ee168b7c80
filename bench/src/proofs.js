/** What turns a 402 into the header fields of a call that is let in. */
import { formatSolution } from '@turnpike/protocol'
import { solve } from '@turnpike/solver'
import { preimageIn } from './l402-backend.js'

/**
 * @typedef {object} Answer
 * @property {number | undefined} status
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {string} body
 */

/** @typedef {keyof typeof PROOFS} ProofName */

export const PROOFS = { work, l402, unpaid, x402, token }

/** @param {Answer} refusal */
async function work({ body }) {
  const { challenge, target, count } = JSON.parse(body).offers[0]
  const { nonces } = await solve({ challenge, target, count, workers: 0 })
  return { 'x-pow-solution': formatSolution({ challenge, nonces }) }
}

/** @param {Answer} refusal */
async function l402({ body }) {
  const { macaroon, invoice } = JSON.parse(body)
  return { authorization: `L402 ${macaroon}:${preimageIn(invoice)}` }
}

/** Lets nobody in: shows the offer, to be given the same one again. @param {Answer} refusal */
async function unpaid({ body }) {
  return { authorization: `L402 ${JSON.parse(body).macaroon}:` }
}

/** The token that the servers of the OAuth suite hand out with a 401. @param {Answer} refusal */
async function token({ headers }) {
  return { authorization: `Bearer ${String(headers['x-bench-token'])}` }
}

let payments = 0
/** A payment that the facilitator of the suite will take. @param {Answer} refusal */
async function x402({ headers }) {
  const required = JSON.parse(Buffer.from(String(headers['payment-required']), 'base64').toString())
  payments += 1
  const [accepted] = required.accepts
  const payment = { x402Version: 2, resource: required.resource, accepted, payload: { nonce: payments } }
  return { 'payment-signature': Buffer.from(JSON.stringify(payment)).toString('base64') }
}
