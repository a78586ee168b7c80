/** `npm run demo`: a gated server, and an agent that is let in free, works, pays and waits. Real Lightning, play money. */
import { createRegtestNetwork } from '@turnpike/regtest'
import { createAgent } from './agent.ts'
import { printedFetch } from './exchange.ts'
import { DIFFICULTY, FREE, PRICE_SATS, startServer } from './server.ts'

const print = (line: string): void => console.log(line)
const [freeCalls, freeTime] = FREE.split('/')

const network = await createRegtestNetwork({ balanceSats: 1000 })
const { wallet } = network
const server = await startServer(network.backend)
const url = `${server.url}/forecast`

try {
  print(`A tool at ${url}`)
  print(
    `${freeCalls} call in ${freeTime} is free; then each costs pow(${DIFFICULTY}) or sats(${PRICE_SATS}).`,
  )

  print('\n1. The first call is free.')
  await createAgent({ solve: false }, print).call(url)

  print('\n2. The second is not: the 402 says what would do.')
  await (await printedFetch(print)(url)).body?.cancel()

  print('\n3. An agent that works.')
  await createAgent({ prefer: 'work' }, print).call(url)

  print(`\n4. An agent that pays, from a wallet with ${await balance()}.`)
  await createAgent({ solve: false, wallet, prefer: 'pay', budget: { perCallSats: 20 } }, print).call(url)
  print(`   The wallet has ${await balance()} left.`)

  print('\n5. An agent that waits.')
  await createAgent({ solve: false, prefer: 'wait' }, print).call(url)

  print('\nIn, four times.')
} finally {
  await server.close()
  await network.close()
}

async function balance(): Promise<string> {
  return `${(await wallet.balanceMsat()) / 1000} sats`
}
