import { z } from 'zod'

/** How a policy file says who makes the invoices (docs/bridge.md#selling-for-sats). */

/** Of our own prefix, which no server that the front starts gets to see. */
const secret = z
  .string()
  .regex(
    /^\$\{TURNPIKE_\w+\}$/,
    "name a variable of the environment, such as '${TURNPIKE_NODE_KEY}': no secret in a file",
  )
  .meta({
    id: 'secret',
    description: 'The variable of the environment that holds it: ${TURNPIKE_...}. Never the secret itself.',
  })

const url = z.string().min(1).meta({ description: 'Where the node listens; ${NAME} is filled in.' })

const network = z
  .enum(['bitcoin', 'testnet', 'signet', 'regtest'])
  .exactOptional()
  .meta({ description: 'The network of its invoices (default bitcoin).' })

const service = {
  url,
  network,
  certificate: z
    .string()
    .min(1)
    .exactOptional()
    .meta({ description: 'A file with the only certificate that is trusted, such as tls.cert of LND.' }),
  allowPlainHttp: z
    .boolean()
    .exactOptional()
    .meta({ description: 'Show the credential to other machines over plain http, too.' }),
}

const nodes = [
  z.strictObject({ backend: z.literal('phoenixd'), ...service, password: secret }),
  z.strictObject({
    backend: z.literal('lnd'),
    ...service,
    macaroon: secret,
    routeHints: z.boolean().exactOptional(),
  }),
  z.strictObject({ backend: z.literal('core-lightning'), ...service, rune: secret }),
  z.strictObject({ backend: z.literal('lnbits'), ...service, invoiceKey: secret }),
  // The connection string of a wallet is a secret as a whole.
  z.strictObject({ backend: z.literal('nwc'), url: secret, network }),
] as const

/** The node or wallet that gets paid. */
export const lightningSchema = z
  .discriminatedUnion('backend', nodes, {
    error: "name a backend: 'phoenixd', 'lnd', 'core-lightning', 'lnbits' or 'nwc'",
  })
  .meta({ id: 'lightning', description: 'Who makes the invoices, where calls cost sats.' })

/** What stands under `lightning`. */
export type FileLightning = z.infer<typeof lightningSchema>
