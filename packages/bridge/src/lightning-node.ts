import type { LightningBackend } from '@turnpike/core'
import { readFileSync } from 'node:fs'
import { expandEnvironment } from './environment.ts'
import { codeOf } from './error-code.ts'
import { UsageError } from './exit-code.ts'
import type { Io } from './io.ts'
import type { FileLightning } from './lightning-schema.ts'
import { loadOptional } from './optional-package.ts'

/** What all nodes over HTTP have in common, as the file says it. */
type FileService = Exclude<FileLightning, { backend: 'nwc' }>

/**
 * Connects with who makes the invoices. Its secrets come from the environment, so that a policy file may be shown to
 * anybody.
 *
 * @throws UsageError; TurnpikeError `option_invalid`
 */
export async function openLightning(written: FileLightning, env: Io['env']): Promise<LightningBackend> {
  const lightning = await loadOptional(
    'lightning',
    '@turnpike/lightning',
    async () => await import('@turnpike/lightning'),
  )
  const filled = (name: string, text: string): string => expandEnvironment(text, env, `lightning.${name}`)
  const service = (node: FileService) => ({ ...reachOf(node), url: filled('url', node.url) })
  switch (written.backend) {
    case 'phoenixd':
      return lightning.phoenixd({ ...service(written), password: filled('password', written.password) })
    case 'lnd': {
      const { routeHints = false } = written
      const macaroon = filled('macaroon', written.macaroon)
      return lightning.lnd({ ...service(written), macaroon, routeHints })
    }
    case 'core-lightning':
      return lightning.coreLightning({ ...service(written), rune: filled('rune', written.rune) })
    case 'lnbits':
      return lightning.lnbits({ ...service(written), invoiceKey: filled('invoiceKey', written.invoiceKey) })
    case 'nwc': {
      const { network = 'bitcoin' } = written
      return lightning.nwc({ url: filled('url', written.url), network })
    }
  }
}

function reachOf({ network = 'bitcoin', allowPlainHttp = false, certificate }: FileService) {
  const tls = certificate === undefined ? {} : { tls: { certificate: readCertificate(certificate) } }
  return { network, allowPlainHttp, ...tls }
}

function readCertificate(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`lightning.certificate: ${path} cannot be read (${codeOf(error)}).`, {
      cause: error,
    })
  }
}
