import type { Event } from 'lightningdevkit'
import { createChain } from './chain.ts'
import { openChannel, tendChannel } from './channel.ts'
import type { Host, HostOptions } from './host.ts'
import { loadLdk } from './ldk.ts'
import { createLdkNode } from './ldk-node.ts'
import type { LdkNode } from './ldk-node.ts'
import { createPayee } from './payee.ts'
import type { SideOptions } from './payee.ts'
import { createPayer } from './payer.ts'
import type { Payer } from './payer.ts'
import { createWire } from './wire.ts'

/** The payee and its wallets as LDK nodes in this thread; every payment blocks it for about 18 ms. */
export async function createLdkHost({ now, acceptsLate }: HostOptions): Promise<Host> {
  const graph = await loadLdk()
  const chain = createChain(now)
  const wire = createWire()
  const wallets: Payer[] = []
  let isClosed = false

  function addNode<Side extends { onEvent(event: Event): void }>(
    createSide: (options: SideOptions) => Side,
  ): { readonly node: LdkNode; readonly side: Side } {
    const node = createLdkNode({ graph, tip: chain.tip, broadcast: (bytes) => chain.broadcast(bytes) })
    const side = createSide({ node, chain, wire, now, acceptsLate })
    chain.follow(node)
    wire.join(node, (event) => {
      tendChannel(node, event)
      side.onEvent(event)
    })
    return { node, side }
  }

  const { node: payeeNode, side: payee } = addNode(createPayee)

  function openWallet(balanceSats: number): number {
    const { node, side } = addNode(createPayer)
    wire.connect(node, payeeNode)
    wire.run()
    openChannel({ from: node, to: payeeNode, balanceSats, wire, chain })
    return wallets.push(side) - 1
  }

  function wallet(number: number): Payer {
    const payer = wallets[number]
    if (payer === undefined) throw new Error(`there is no wallet ${number}`)
    return payer
  }

  /** Does `work` while there is a network to do it in. */
  async function open<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    if (isClosed) throw new Error('the regtest network is closed')
    return await work()
  }

  return {
    addInvoice: async (invoice) => await open(() => payee.add(invoice)),
    findInvoice: async (paymentHash) => await open(() => payee.find(paymentHash)),
    holdInvoice: async (paymentHash) => await open(() => payee.hold(paymentHash)),
    releaseInvoice: async (paymentHash) => await open(() => payee.release(paymentHash)),
    cancelInvoice: async (paymentHash) => await open(() => payee.cancel(paymentHash)),
    openWallet: async (balanceSats) => await open(() => openWallet(balanceSats)),
    pay: async (number, invoice) => await open(async () => await wallet(number).pay(invoice)),
    findPayment: async (number, paymentHash) => await open(() => wallet(number).find(paymentHash)),
    spendableMsat: async (number) => await open(() => wallet(number).spendableMsat()),
    async close() {
      if (!isClosed) wire.close()
      isClosed = true
    },
  }
}
