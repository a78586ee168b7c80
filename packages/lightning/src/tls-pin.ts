import { X509Certificate } from 'node:crypto'
import { checkServerIdentity, type ConnectionOptions } from 'node:tls'
import { invalid, type TlsOptions } from './service-options.ts'

/**
 * Trust in one certificate alone. When the service shows just that one, its name does not matter: nodes are reached by
 * names that their self-signed certificate does not have. When it shows one signed by it, the name is checked.
 *
 * @throws TurnpikeError `option_invalid` when the PEM cannot be read.
 */
export function pinTo(owner: string, tls: TlsOptions): ConnectionOptions {
  const pinned = certificateOf(owner, tls.certificate)
  return {
    ca: tls.certificate,
    // Else one that is signed by an authority, as Core Lightning's, could not be pinned itself.
    allowPartialTrustChain: true,
    checkServerIdentity: (hostname, shown) =>
      shown.raw.equals(pinned.raw) ? undefined : checkServerIdentity(hostname, shown),
  }
}

function certificateOf(owner: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw invalid(owner, 'tls.certificate', 'cannot be read')
  }
}
