import { walletFromEnvironment } from '@turnpike/lightning'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { cannedServer } from './canned-server.ts'
import { HASH } from './canned-wallet.ts'
import { AUTHORITY } from './certificates.ts'
import { MACAROON, RUNE } from './credentials.ts'

const NWC = `nostr+walletconnect://${'ab'.repeat(32)}?relay=wss%3A%2F%2Frelay.example&secret=${'cd'.repeat(32)}`

let folder = ''
beforeAll(async () => {
  // Node 20 has none; NWC asks for it.
  globalThis.WebSocket ??= Object(WebSocket)
  folder = await mkdtemp(join(tmpdir(), 'turnpike-wallet-'))
  await writeFile(join(folder, 'tls.cert'), AUTHORITY)
})
afterAll(async () => await rm(folder, { recursive: true }))

async function fileWith(content: string, mode: number): Promise<string> {
  const file = join(folder, `wallet-${mode.toString(8)}`)
  await writeFile(file, content)
  await chmod(file, mode)
  return file
}

describe('walletFromEnvironment (R35)', () => {
  test.each([
    ['nothing that is known', 'bitcoin:hunter22'],
    ['an unknown service', 'eclair+https://:hunter22@node.example'],
    ['a service without an address', 'lnd+hunter22'],
    ['a secret in the wrong place', `lnd+https://${MACAROON}@node.example`],
    ['a secret that is badly written', 'phoenixd+http://:hunter22%zz@127.0.0.1'],
    ['no secret', 'phoenixd+http://127.0.0.1:9740'],
    ['a parameter that there is not', 'phoenixd+http://:hunter22@127.0.0.1?nettwork=regtest'],
    ['a network that there is not', 'phoenixd+http://:hunter22@127.0.0.1?network=mainnet'],
    ['an unknown network for NWC', `${NWC}&network=mainnet`],
    ['plain http to another machine', 'phoenixd+http://:hunter22@10.0.0.1:9740'],
    ['a secret that cannot be one', 'lnd+https://:hunter22@node.example'],
  ])('refuses %s, and does not repeat it', async (_, address) => {
    const attempt = walletFromEnvironment({ TURNPIKE_WALLET: address })
    await expect(attempt).rejects.toMatchObject({ code: 'option_invalid' })
    await expect(attempt).rejects.not.toThrow('hunter22')
    await expect(attempt).rejects.not.toThrow(MACAROON)
  })

  test('there is none when none is named', async () => {
    await expect(walletFromEnvironment({})).resolves.toBeUndefined()
    await expect(
      walletFromEnvironment({ TURNPIKE_WALLET: '', TURNPIKE_WALLET_FILE: '' }),
    ).resolves.toBeUndefined()
  })

  test.each([
    ['phoenixd+http://:pass%2Fword@127.0.0.1:9740', 'bitcoin'],
    [`lnd+https://:${MACAROON}@node.example:8080?network=signet`, 'signet'],
    ['lnbits+https://:0123456789abcdef@lnbits.example/path?network=regtest', 'regtest'],
    [`core-lightning+https://:${RUNE}%3D%3D@node.example:3010`, 'bitcoin'],
    [NWC, 'bitcoin'],
    [`${NWC}&network=testnet`, 'testnet'],
  ])('knows %s', async (address, network) => {
    const wallet = await walletFromEnvironment({ TURNPIKE_WALLET: ` ${address}\n` })
    expect(wallet?.network).toBe(network)
    await wallet?.close()
  })

  test('takes a certificate from its file', async () => {
    const address = `lnd+https://:${MACAROON}@node.example?certificate=${join(folder, 'tls.cert')}`
    const wallet = await walletFromEnvironment({ TURNPIKE_WALLET: address })
    expect(wallet?.network).toBe('bitcoin')
    const missing = walletFromEnvironment({ TURNPIKE_WALLET: address.replace('tls.cert', 'none.cert') })
    await expect(missing).rejects.toMatchObject({ code: 'option_invalid' })
    await expect(missing).rejects.not.toThrow(MACAROON)
  })

  test('reads the address from a file that only its owner may read', async () => {
    const server = await cannedServer([404, 'not found'])
    const address = server.url.replace('http://', 'phoenixd+http://:pass%2Fword@')
    const file = await fileWith(`${address}?network=regtest\n`, 0o600)
    const wallet = await walletFromEnvironment({ TURNPIKE_WALLET_FILE: file })
    expect(wallet?.network).toBe('regtest')
    await expect(wallet?.findPayment?.(HASH)).resolves.toEqual({ state: 'unknown' })
    const authorization = `Basic ${Buffer.from(':pass/word').toString('base64')}`
    expect(server.calls).toMatchObject([{ headers: { authorization } }])
    await wallet?.close()
    server.close()
  })

  test.each([0o640, 0o604, 0o644, 0o620])('refuses a file of mode %o', async (mode) => {
    const file = await fileWith('phoenixd+http://:hunter22@127.0.0.1', mode)
    const attempt = walletFromEnvironment({ TURNPIKE_WALLET_FILE: file })
    await expect(attempt).rejects.toMatchObject({
      code: 'option_invalid',
      message: expect.stringContaining('chmod 600'),
    })
  })

  test('refuses a file that is not there, one that is huge, and two wallets', async () => {
    const huge = await fileWith('x'.repeat(20_000), 0o400)
    for (const environment of [
      { TURNPIKE_WALLET_FILE: join(folder, 'none') },
      { TURNPIKE_WALLET_FILE: huge },
      { TURNPIKE_WALLET: 'phoenixd+http://:hunter22@127.0.0.1', TURNPIKE_WALLET_FILE: huge },
    ]) {
      await expect(walletFromEnvironment(environment)).rejects.toMatchObject({ code: 'option_invalid' })
    }
  })
})
