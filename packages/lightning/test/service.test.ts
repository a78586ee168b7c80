import { coreLightning, lnbits, lnd, nwc, nwcWallet, phoenixd, phoenixdWallet } from '@turnpike/lightning'
import { afterAll, describe, expect, test } from '@jest/globals'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { INVOICE, SETTINGS } from './canned-wallet.ts'
import { AUTHORITY, MISNAMED, NAMED, SELF_SIGNED } from './certificates.ts'
import { MACAROON } from './credentials.ts'

const HASH = 'ab'.repeat(32)
const servers: Server[] = []
afterAll(() => servers.forEach((server) => server.close()))

async function listen(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const settled: RequestListener = (_, response) => {
  response.setHeader('connection', 'close').end('{"state":"SETTLED"}')
}
const signal = (): AbortSignal => AbortSignal.timeout(10_000)

describe('a service over https', () => {
  test.each([
    ['the very certificate that is pinned, whatever its name', SELF_SIGNED, SELF_SIGNED.cert],
    ['the very certificate that is pinned, signed by somebody', MISNAMED, MISNAMED.cert],
    ['one with the right name, signed by the pinned authority', NAMED, AUTHORITY],
  ])('is trusted with %s', async (_, shown, certificate) => {
    const url = `https://${await listen(createHttpsServer({ ...shown }, settled))}`
    const backend = lnd({ url, macaroon: MACAROON, tls: { certificate } })
    await expect(backend.lookUp(HASH, signal())).resolves.toBe('settled')
    await backend.close?.()
  })

  test.each([
    ['one signed by itself, when none is pinned', SELF_SIGNED, undefined],
    ['another one than is pinned', SELF_SIGNED, NAMED.cert],
    ['one with a wrong name, signed by the pinned authority', MISNAMED, AUTHORITY],
  ])('is not told the credential with %s', async (_, shown, certificate) => {
    const requests: unknown[] = []
    const server = createHttpsServer({ ...shown }, (request) => requests.push(request.headers))
    const url = `https://${await listen(server)}`
    const backend = lnd({
      url,
      macaroon: MACAROON,
      ...(certificate === undefined ? {} : { tls: { certificate } }),
    })
    await expect(backend.lookUp(HASH, signal())).rejects.toMatchObject({ code: 'lightning_unreachable' })
    expect(requests).toEqual([])
    await backend.close?.()
  })
})

describe('a service over http', () => {
  test('that is not there was sent nothing', async () => {
    const backend = lnd({ url: 'http://127.0.0.1:1', macaroon: MACAROON })
    await expect(backend.lookUp(HASH, signal())).rejects.toMatchObject({
      code: 'lightning_unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  test('may have a path of its own, below which its calls are', async () => {
    const paths: (string | undefined)[] = []
    const host = await listen(
      createHttpServer((request, response) => {
        paths.push(request.url)
        settled(request, response)
      }),
    )
    for (const url of [`http://${host}/lnd`, `http://${host}/lnd/`]) {
      const backend = lnd({ url, macaroon: MACAROON })
      await backend.lookUp(HASH, signal())
      await backend.close?.()
    }
    expect(paths).toEqual([`/lnd/v1/invoice/${HASH}`, `/lnd/v1/invoice/${HASH}`])
  })

  test('shares connections between calls', async () => {
    let connections = 0
    const server = createHttpServer((_, response) => response.end('{"state":"OPEN"}'))
    server.on('connection', () => (connections += 1))
    const backend = lnd({ url: `http://${await listen(server)}`, macaroon: MACAROON })
    for (let call = 0; call < 5; call += 1) await backend.lookUp(HASH, signal())
    expect(connections).toBe(1)
    await backend.close?.()
  })

  describe('that does not answer', () => {
    const hanging = async (listener: RequestListener = () => undefined): Promise<string> =>
      `http://${await listen(createHttpServer(listener))}`
    const TIMES = { timeoutMs: 100, paymentTimeoutMs: 100 }

    test('is waited for so long, and no longer', async () => {
      const backend = lnd({ url: await hanging(), macaroon: MACAROON, timeoutMs: TIMES.timeoutMs })
      await expect(backend.lookUp(HASH, signal())).rejects.toMatchObject({ code: 'lightning_timeout' })
      await backend.close?.()
    })

    test('is not asked again when its time is up before that', async () => {
      let calls = 0
      const url = await hanging((request) => {
        calls += 1
        setTimeout(() => request.socket.destroy(), 100)
      })
      const backend = lnd({ url, macaroon: MACAROON, timeoutMs: 150 })
      await expect(backend.lookUp(HASH, signal())).rejects.toMatchObject({ name: 'LightningError' })
      expect(calls).toBe(1)
      await backend.close?.()
    })

    test('may have paid: that is in doubt', async () => {
      const wallet = phoenixdWallet({ ...SETTINGS, url: await hanging(), password: 'hunter22', ...TIMES })
      await expect(wallet.payInvoice({ invoice: INVOICE })).rejects.toMatchObject({
        code: 'payment_in_doubt',
      })
      await wallet.close()
    })
  })

  test('has its words in the error, but nothing as long as a secret', async () => {
    const server = createHttpServer((_, response) => {
      response.statusCode = 500
      response.end(JSON.stringify({ code: 2, message: `wallet locked,\n preimage ${HASH}` }))
    })
    const backend = lnd({ url: `http://${await listen(server)}`, macaroon: MACAROON })
    await expect(backend.lookUp(HASH, signal())).rejects.toThrow('status 500: wallet locked, preimage [...]')
    await backend.close?.()
  })

  test('says by its own code that the macaroon is refused', async () => {
    const server = createHttpServer((_, response) => {
      response.statusCode = 500
      response.end('{"code":2,"message":"permission denied"}')
    })
    const backend = lnd({ url: `http://${await listen(server)}`, macaroon: MACAROON })
    await expect(backend.lookUp(HASH, signal())).rejects.toMatchObject({ code: 'lightning_denied' })
    await backend.close?.()
  })
})

describe('options', () => {
  const url = 'https://node.example'
  const misspelt = { url, macaroon: MACAROON, macarron: '' }
  const misspeltTls = { url, macaroon: MACAROON, tls: { certificate: '', ca: '' } }

  test.each<[string, () => unknown, string]>([
    ['an unknown one', () => lnd(misspelt), 'option_unknown'],
    ['an unknown one of tls', () => lnd(misspeltTls), 'option_unknown'],
    ['no address', () => lnd({ url: 'node.example', macaroon: MACAROON }), 'option_invalid'],
    ['another protocol', () => lnd({ url: 'ftp://node.example', macaroon: MACAROON }), 'option_invalid'],
    [
      'a credential in the address',
      () => phoenixd({ url: 'https://:hunter22@node.example', password: 'x' }),
      'option_invalid',
    ],
    [
      'a query in the address',
      () => lnd({ url: `${url}/?key=hunter22`, macaroon: MACAROON }),
      'option_invalid',
    ],
    [
      'plain http to another machine (R35)',
      () => phoenixd({ url: 'http://10.0.0.1:9740', password: 'hunter22' }),
      'option_invalid',
    ],
    [
      'a machine that is only called like this one',
      () => phoenixd({ url: 'http://127.0.0.1.example', password: 'hunter22' }),
      'option_invalid',
    ],
    [
      'an unknown network',
      () => lnd({ url, macaroon: MACAROON, network: 'mainnet' as 'bitcoin' }),
      'option_invalid',
    ],
    ['no time', () => lnd({ url, macaroon: MACAROON, timeoutMs: 0 }), 'option_invalid'],
    ['a macaroon in base64', () => lnd({ url, macaroon: 'AgEDbG5kAvgBAwoQhunter22==' }), 'option_invalid'],
    ['an empty password', () => phoenixd({ url, password: '' }), 'option_invalid'],
    ['no key', () => lnbits({ url, invoiceKey: '' }), 'option_invalid'],
    [
      'the bytes of a certificate’s file',
      () => lnd({ url, macaroon: MACAROON, tls: { certificate: Buffer.from(AUTHORITY) as never } }),
      'option_invalid',
    ],
    [
      'the name of a certificate’s file',
      () => lnd({ url, macaroon: MACAROON, tls: { certificate: '/tls.cert' } }),
      'option_invalid',
    ],
    [
      'a certificate that is none',
      () => lnd({ url, macaroon: MACAROON, tls: { certificate: '-----BEGIN CERTIFICATE-----' } }),
      'option_invalid',
    ],
    [
      'a certificate for plain http',
      () => lnd({ url: 'http://localhost', macaroon: MACAROON, tls: { certificate: AUTHORITY } }),
      'option_invalid',
    ],
  ])('%s is refused at once, and no value repeated', (_, create, code) => {
    expect(create).toThrow(expect.objectContaining({ code }))
    expect(create).not.toThrow('hunter22')
  })

  test.each([
    ['phoenixd() password', () => phoenixd({ url, password: undefined })],
    ['phoenixdWallet() password', () => phoenixdWallet({ url, password: undefined })],
    ['lnd() macaroon', () => lnd({ url, macaroon: undefined })],
    ['lnbits() invoiceKey', () => lnbits({ url, invoiceKey: undefined })],
    ['coreLightning() rune', () => coreLightning({ url, rune: undefined })],
    ['nwc() url', () => nwc({ url: undefined })],
    ['nwcWallet() url', () => nwcWallet({ url: undefined })],
  ])('%s that the environment does not have is refused at once, and called not set', (what, create) => {
    expect(create).toThrow(expect.objectContaining({ code: 'option_invalid' }))
    expect(create).toThrow(`${what.replace('()', '():')} is not set`)
  })

  test.each([
    'http://localhost:9740',
    'http://127.0.0.1:9740',
    'http://127.8.8.8:9740',
    'http://[::1]:9740',
    'https://10.0.0.1',
  ])('%s needs no permission', (address) => {
    expect(phoenixd({ url: address, password: 'hunter22' }).name).toBe('phoenixd')
  })

  test('plain http to another machine is for whoever asks for it', () => {
    expect(
      phoenixd({ url: 'http://phoenixd:9740', password: 'hunter22', allowPlainHttp: true }).network,
    ).toBe('bitcoin')
  })
})
