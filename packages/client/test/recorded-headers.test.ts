import { describe, expect, test } from '@jest/globals'
import type { Wallet } from '@turnpike/client'
import { client, useServers } from './site.ts'
import { sha256 } from './toy-wallet.ts'
import { CHALLENGE_HEADERS } from '../../protocol/test/challenge-headers.ts'

const OWN_LINE =
  'PoW challenge="AAAA", difficulty="4", target="0000ffff", count="1", algorithm="sha256", expires="1"'
/** Of the macaroon in the headers. */
const PREIMAGE = 'a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf'

const serve = useServers()

/** A wallet that reads the one invoice of the headers. */
function wallet(): Wallet & { readonly paid: string[] } {
  const paid: string[] = []
  return {
    paid,
    network: 'bitcoin',
    readInvoice: () => ({
      network: 'bitcoin',
      amountMsat: 10_000,
      paymentHash: sha256(PREIMAGE),
      expiresAtMs: Date.now() + 60_000,
    }),
    payInvoice: async ({ invoice }) => {
      paid.push(invoice)
      return await Promise.resolve({ preimage: PREIMAGE, fees_paid: 0 })
    },
  }
}

describe('a 402 as other servers send it', () => {
  const forms = CHALLENGE_HEADERS.flatMap(({ name, header, expect: expected }) => [
    { name, lines: [header], expected },
    { name: `${name}, our own line after it`, lines: [header, OWN_LINE], expected },
  ])

  test.each(forms)('$name', async ({ lines, expected }) => {
    const shown: (string | undefined)[] = []
    const url = await serve((request, response) => {
      shown.push(request.headers.authorization)
      if (request.headers.authorization === undefined)
        response.writeHead(402, { 'www-authenticate': lines }).end()
      else response.end('in')
    })
    const mine = wallet()
    await client({ wallet: mine }).fetch(url)
    const scheme = lines[0]?.startsWith('LSAT') === true ? 'LSAT' : 'L402'
    expect(shown.slice(1)).toEqual(expected === null ? [] : [`${scheme} ${expected.token}:${PREIMAGE}`])
    expect(mine.paid).toEqual(expected === null ? [] : [expected.invoice])
  })

  test('Aperture: the old name first, then the new one, which is answered', async () => {
    const { header = '', expect: expected } = CHALLENGE_HEADERS[0] ?? {}
    const shown: unknown[] = []
    const url = await serve((request, response) => {
      const { authorization } = request.headers
      if (authorization !== undefined) shown.push(authorization)
      const lines = [header.replace('L402', 'LSAT'), header]
      response.writeHead(authorization === undefined ? 402 : 200, { 'www-authenticate': lines }).end()
    })
    await client({ wallet: wallet() }).fetch(url)
    expect(shown).toEqual([`L402 ${expected?.token}:${PREIMAGE}`])
  })
})
