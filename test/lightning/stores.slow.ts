import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from '@jest/globals'
import { createRegtestNetwork, startLndFront } from '@turnpike/regtest'
import type { LndFront, RegtestNetwork } from '@turnpike/regtest'
import { startChildServer } from '@turnpike/testkit'
import type { ChildServer } from '@turnpike/testkit'
import { join } from 'node:path'
import { admissionOf, ask, billOf, buy, settle } from './purchase.ts'
import { openExpress, openShop } from './shops.ts'
import type { Shop } from './shops.ts'
import { STORE_PLACES } from './store-places.ts'
import type { StorePlace } from './store-places.ts'

const OLD = 'an old secret of the tests, long enough to be one'
const NEW = 'a new secret of the tests, long enough to be one'

let network: RegtestNetwork
let lnd: LndFront
beforeAll(async () => {
  network = await createRegtestNetwork()
  lnd = await startLndFront(network)
})
afterAll(async () => {
  await lnd.close()
  await network.close()
})

describe.each(STORE_PLACES)('a shop on %s', (_name, openPlace) => {
  let place: StorePlace
  const open: { shop?: Shop } = {}
  beforeEach(() => {
    place = openPlace()
  })
  afterEach(async () => {
    await open.shop?.close()
    delete open.shop
    place.remove()
  })

  /** Ends the shop that is open, if one is, and starts the next one on what it left. */
  async function restart(secret: string | readonly string[] = OLD): Promise<string> {
    await open.shop?.close()
    delete open.shop
    open.shop = await openShop(openExpress, {
      secret,
      store: place.open(),
      lightning: network.backend,
      payments: { allowFakeMoney: true },
    })
    return open.shop.url
  }

  test('serves after a restart what was paid for before it', async () => {
    const bill = billOf(await ask(`${await restart()}/paid`))
    const credential = await settle(bill, network.wallet)
    expect((await ask(`${await restart()}/paid`, credential)).status).toBe(200)
  })

  test('knows after a restart what was used up before it', async () => {
    const first = await restart()
    const single = await buy(`${first}/paid`, network.wallet)
    const bundle = await buy(`${first}/bundle`, network.wallet)
    expect((await ask(`${first}/paid`, single)).status).toBe(200)
    expect(admissionOf(await ask(`${first}/bundle`, bundle))).toBe('lightning;uses=2')
    const second = await restart()
    expect(await ask(`${second}/paid`, single)).toMatchObject({
      status: 402,
      body: { code: 'credential_spent' },
    })
    expect(admissionOf(await ask(`${second}/bundle`, bundle))).toBe('lightning;uses=1')
  })

  test('R29 honours what the old secret sold while it is there, and not after', async () => {
    const before = await restart(OLD)
    const kept = await buy(`${before}/bundle`, network.wallet)
    const late = await buy(`${before}/paid`, network.wallet)
    expect((await ask(`${await restart([OLD, NEW])}/bundle`, kept)).status).toBe(200)
    expect((await ask(`${await restart([NEW, OLD])}/bundle`, kept)).status).toBe(200)
    const after = await restart(NEW)
    const refused = await ask(`${after}/paid`, late)
    expect(refused.status).toBe(402)
    expect(await ask(`${after}/paid`, await settle(billOf(refused), network.wallet))).toMatchObject({
      status: 200,
    })
  })

  describe('of two processes', () => {
    const shops: ChildServer[] = []
    beforeEach(async () => {
      const script = join(import.meta.dirname, 'servers', 'shop.js')
      const env = { SECRET: OLD, LND_URL: lnd.url, LND_MACAROON: lnd.invoiceMacaroon }
      const command = [process.execPath, script, ...place.address]
      shops.push(...(await Promise.all([startChildServer(command, env), startChildServer(command, env)])))
    })
    afterEach(async () => {
      await Promise.all(shops.splice(0).map(async (shop) => await shop.stop()))
    })

    test('sells in one what the other serves, and each use once', async () => {
      const [one = '', other = ''] = shops.map(({ url }) => url)
      const credential = await buy(`${one}/paid`, network.wallet)
      expect((await ask(`${other}/paid`, credential)).status).toBe(200)
      // 409 while the other one, which has answered already, is still writing down that the use is kept (R11).
      expect([402, 409]).toContain((await ask(`${one}/paid`, credential)).status)

      const racing = await buy(`${other}/paid`, network.wallet)
      const raced = await Promise.all(
        [one, other, one, other].map(async (url) => await ask(`${url}/paid`, racing)),
      )
      expect(raced.filter(({ status }) => status === 200)).toHaveLength(1)

      const bundle = await buy(`${one}/bundle`, network.wallet)
      const calls = [one, other, one, other, one, other]
      const answers = await Promise.all(calls.map(async (url) => await ask(`${url}/bundle`, bundle)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(3)
    })
  })
})
