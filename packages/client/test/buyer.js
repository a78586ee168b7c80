/** A process that buys: told what to do in its last argument, it says how each call ended, one line each. */
import { createFetch } from '@turnpike/client'
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

/** @type {{ url: string, bank: string, ledger: string, paths: string[], perDaySats: number, dieAt?: number }} */
const job = JSON.parse(process.argv.at(-1) ?? '{}')

let steps = 0
/**
 * Counts a step before and after `act`, and ends the process at the one named: nobody is told, nothing is tidied up.
 * @template T
 * @param {() => Promise<T>} act
 */
async function watched(act) {
  step()
  const done = await act()
  step()
  return done
}
function step() {
  steps += 1
  if (steps === job.dieAt) process.kill(process.pid, 'SIGKILL')
}

if (job.dieAt !== undefined) {
  const { open, rename } = fs
  fs.open = async (...given) => await watched(async () => await open(...given))
  fs.rename = async (...given) => await watched(async () => await rename(...given))
  syncBuiltinESMExports()
}
const { fileLedger } = await import('@turnpike/client/file-ledger')

/** @param {string} path */
async function ask(path) {
  /** @type {import('@turnpike/client').Payment & import('@turnpike/client').PaymentState} */
  const answer = JSON.parse(await (await fetch(job.bank + path)).text())
  return answer
}

/** @type {import('@turnpike/client').Wallet} */
const wallet = {
  network: 'regtest',
  readInvoice(invoice) {
    const [, amount = '', expires = '', paymentHash = ''] =
      /^lnbcrt(\d+)q(\d+)q([0-9a-f]{64})$/.exec(invoice) ?? []
    return {
      network: 'regtest',
      amountMsat: Number(amount),
      expiresAtMs: Number(expires) * 1000,
      paymentHash,
    }
  },
  payInvoice: async ({ invoice }) => await watched(async () => await ask(`/pay/${invoice}`)),
  findPayment: async (hash) => await watched(async () => await ask(`/find/${hash}`)),
}

const buy = createFetch({
  wallet,
  ledger: fileLedger(job.ledger),
  budget: { perDaySats: job.perDaySats, maxFeeSats: 0 },
  fetch: async (...given) => await watched(async () => await fetch(...given)),
})
for (const path of job.paths) {
  const ending = await buy(job.url + path).then(
    ({ status }) => String(status),
    (/** @type {Error} */ error) => error.name,
  )
  process.stdout.write(`${ending}\n`)
}
process.stdout.write(`steps ${steps}\n`)
