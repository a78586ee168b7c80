/** Checking a macaroon of five caveats and its preimage, by Turnpike and by npm macaroon. Part of the suite `l402`. */
import {
  attenuateMacaroon,
  decodeBase64,
  decodeMacaroon,
  encodeBase64,
  encodeMacaroon,
  signMacaroon,
} from '@turnpike/protocol'
import { createHash, randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { createKeyring } from '../../packages/core/dist/keys.js'
import { mintToken, openToken } from '../../packages/core/dist/l402-token.js'
import { median, medianRatio, repeat } from './cpu.js'
import { childrenInTurn } from './rounds.js'

const ROUNDS = 12
const WARM_UPS = 3
const OPS = 2000
const POOL = 64
const SERVICE = 'bench'
const SECRET = 'a secret of 32 characters or more'
/** Seconds since 1970; never reached. */
const FAR = 4_000_000_000

/** It has no types of its own. @type {{ importMacaroon(bytes: Uint8Array): NpmMacaroon }} */
const npm = createRequire(import.meta.url)('macaroon')

/** @typedef {{ identifier: Buffer, verify(rootKey: Uint8Array, check: (caveat: string) => string | null, discharges: unknown[]): void }} NpmMacaroon */

export const contenders = { turnpike, npm: npmMacaroon }

/** @returns {Promise<Pick<import('./table.js').Report, 'bars' | 'beside'> & { table: import('./table.js').Table }>} */
export async function measureVerifying() {
  const plan = { rounds: ROUNDS, warmUps: WARM_UPS, method: 'run' }
  const costs = await childrenInTurn('l402-verify.js', Object.keys(contenders), plan)
  const [ours = [], theirs = []] = ['turnpike', 'npm'].map((name) => costs.get(name))
  return {
    table: {
      title: 'Checking a credential of five caveats, µs of CPU',
      columns: ['', 'median µs', 'x npm macaroon'],
      rows: [
        [
          'Turnpike: header value to terms, all checks but the store',
          median(ours),
          medianRatio(ours, theirs),
        ],
        ['npm macaroon: import, verify, and the preimage by node:crypto', median(theirs), 1],
      ],
    },
    bars: [
      { what: 'verify', value: median(ours), relation: 'at most', limit: 50, unit: 'µs' },
      {
        what: 'verify',
        value: medianRatio(ours, theirs),
        relation: 'at most',
        limit: 0.6,
        unit: "x npm macaroon's",
      },
    ],
    beside: [{ what: 'check a paid credential', peer: 'npm macaroon', times: medianRatio(theirs, ours) }],
  }
}

function turnpike() {
  const keyring = createKeyring([SECRET], 'l402', SERVICE)
  const texts = sold(keyring).map(
    ({ macaroon, preimage }) => `${encodeBase64(encodeMacaroon(macaroon))}:${preimage}`,
  )
  return repeat(OPS, (index) => {
    const token = openToken(keyring, SERVICE, texts[index % POOL] ?? '')
    if (typeof token === 'string') throw new Error(`refused: ${token}`)
  })
}

/** With one root key for all: it is spared the deriving of one from the identifier. */
function npmMacaroon() {
  const rootKey = randomBytes(32)
  const pool = sold(createKeyring([SECRET], 'l402', SERVICE)).map(({ macaroon, preimage }) => {
    const { location, identifier, caveats } = macaroon
    const signature = signMacaroon(rootKey, identifier, caveats)
    return { text: encodeBase64(encodeMacaroon({ location, identifier, caveats, signature })), preimage }
  })
  return repeat(OPS, (index) => {
    const { text, preimage } = pool[index % POOL] ?? { text: '', preimage: '' }
    const macaroon = npm.importMacaroon(Buffer.from(text, 'base64'))
    const hash = createHash('sha256').update(Buffer.from(preimage, 'hex')).digest()
    if (!hash.equals(macaroon.identifier.subarray(2, 34))) throw new Error('wrong preimage')
    macaroon.verify(rootKey, isCondition, [])
  })
}

/** @param {string} caveat @returns what is wrong with it */
function isCondition(caveat) {
  return caveat.includes('=') ? null : 'not a condition'
}

/** @param {import('../../packages/core/dist/keys.js').Keyring} keyring */
function sold(keyring) {
  return Array.from({ length: POOL }, () => {
    const preimage = randomBytes(32)
    const token = mintToken(keyring.current, SERVICE, {
      paymentHash: createHash('sha256').update(preimage).digest('hex'),
      amountMsat: 10_000,
      uses: 1,
      shard: 7,
      resource: { kind: 'route', text: 'POST /tools/call' },
      issuedAtMs: 0,
      validUntilSeconds: FAR,
    })
    const issued = decodeMacaroon(decodeBase64(token) ?? new Uint8Array())
    if (issued === undefined) throw new Error('no macaroon')
    const narrowed = [`services=${SERVICE}:0`, `${SERVICE}_valid_until=${FAR - 1}`]
    const macaroon = narrowed.reduce((one, caveat) => attenuateMacaroon(one, Buffer.from(caveat)), issued)
    return { macaroon, preimage: preimage.toString('hex') }
  })
}
