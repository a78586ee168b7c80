import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { close, listen } from './toy-gate.ts'
import { toySeller, type SellerOptions } from './toy-seller.ts'
import { toyNetwork, walletOf } from './toy-wallet.ts'

/** A seller, and a bank in which every buyer of this market has the same account; all over HTTP. */
export async function openMarket(options: SellerOptions = {}) {
  const network = toyNetwork()
  const wallet = walletOf(network)
  const seller = toySeller(network, options)
  const shop = await listen(seller.handle)
  const bank = await listen((request, response) => {
    const [, action, what = ''] = (request.url ?? '').split('/')
    const answer = action === 'pay' ? wallet.payInvoice({ invoice: what }) : wallet.findPayment?.(what)
    void answer?.then((value) => response.end(JSON.stringify(value)))
  })
  const folder = mkdtempSync(join(tmpdir(), 'turnpike-market-'))
  const ledger = join(folder, 'ledger.json')

  /** Starts a buyer. @returns its lines; `killed` in place of the last one if it was */
  async function send(job: {
    paths: string[]
    perDaySats?: number
    dieAt?: number
  }): Promise<readonly string[]> {
    const told = { url: shop.url, bank: bank.url, ledger, perDaySats: 1000, ...job }
    const child = spawn(process.execPath, [join(import.meta.dirname, 'buyer.js'), JSON.stringify(told)])
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (said += text))
    const signal = await new Promise((resolve) => {
      child.on('close', (_, how) => resolve(how))
    })
    const lines = said.split('\n').filter((line) => line !== '')
    return signal === null ? lines : [...lines, 'killed']
  }

  return {
    network,
    seller,
    ledger,
    send,
    close() {
      close(shop.server)
      close(bank.server)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
