import { isLoopback } from '@turnpike/client'
import type { NWCClient } from '@getalby/sdk/nwc'
import { orDeadline, TimeIsUp } from './deadline.ts'
import { LightningError } from './lightning-error.ts'
import { quote } from './reply.ts'
import { checkCredential, invalid } from './service-options.ts'

/** The wallet behind a connection string, connected when it is first asked. */
export interface NwcConnection {
  /**
   * Asks the wallet, and waits for `timeoutMs`, or until `signal` aborts. The SDK then waits on for a minute.
   *
   * @throws LightningError `lightning_unreachable` when no request was sent; `lightning_denied` when the wallet says that
   * the connection may not do this; `lightning_timeout`, `lightning_failed`, `lightning_sdk_missing`; NwcRefusal when it
   * answered with any other error.
   */
  ask<T>(run: (client: NWCClient) => Promise<T>, timeoutMs: number, signal?: AbortSignal): Promise<T>
  close(): Promise<void>
}

/** An error that the wallet answered with. */
export class NwcRefusal extends Error {
  override readonly name = 'NwcRefusal'
  /** One of NIP-47's, such as `PAYMENT_FAILED`. */
  readonly code: string
  constructor(code: string, message: string) {
    super(`${code}: ${quote(message)}`)
    this.code = code
  }
}

/** @throws TurnpikeError `option_invalid`; no message repeats the connection string, which is a secret. */
export function checkNwcUrl(owner: string, url: unknown): asserts url is string {
  const hint =
    'must be a connection string: nostr+walletconnect://<64 hex digits>?relay=...&secret=<64 hex digits>'
  checkCredential(owner, url, { name: 'url', form: /^nostr\+walletconnect:\/\/[0-9a-f]{64}\?\S+$/i, hint })
  const { searchParams } = new URL(url.replace(/^nostr\+walletconnect/i, 'http'))
  const relays = searchParams.getAll('relay')
  if (!/^[0-9a-f]{64}$/i.test(searchParams.get('secret') ?? '') || relays.length === 0) {
    throw invalid(owner, 'url', hint)
  }
  if (!relays.every(isRelay)) throw invalid(owner, 'url', 'must name relays that begin with wss')
}

/** What passes a relay is encrypted, but who pays whom and when is not. */
function isRelay(relay: string): boolean {
  if (!URL.canParse(relay)) return false
  const { protocol, hostname } = new URL(relay)
  return protocol === 'wss:' || (protocol === 'ws:' && isLoopback(hostname))
}

/** @throws LightningError `lightning_sdk_missing` at once when this Node has no WebSocket. */
export function connectNwc(owner: string, url: string): NwcConnection {
  if (!('WebSocket' in globalThis)) {
    throw new LightningError(
      'lightning_sdk_missing',
      `${owner} needs a WebSocket, which Node has from version 22 on. Before it: npm install ws, and make its WebSocket ` +
        'that of globalThis before this call (docs/lightning.md)',
    )
  }
  let sdk: Promise<typeof import('@getalby/sdk/nwc')> | undefined
  let client: NWCClient | undefined
  const load = async (): Promise<typeof import('@getalby/sdk/nwc')> => {
    try {
      return await (sdk ??= import('@getalby/sdk/nwc'))
    } catch (error) {
      sdk = undefined
      const fix = `${owner} needs the package @getalby/sdk: npm install @getalby/sdk@7`
      throw new LightningError('lightning_sdk_missing', fix, { cause: error })
    }
  }
  return {
    ask: async (run, timeoutMs, signal) => {
      const { NWCClient: Client, ...errors } = await load()
      const connected = (client ??= new Client({ nostrWalletConnectUrl: url }))
      try {
        return await orDeadline(timeoutMs, signal, async () => await run(connected))
      } catch (error) {
        throw failureOf(owner, error, errors)
      }
    },
    close: async () => {
      client?.close()
      client = undefined
    },
  }
}

type SdkErrors = Omit<typeof import('@getalby/sdk/nwc'), 'NWCClient'>

/** The SDK says by the class of the error how far it came. Its message may have a preimage in it: no cause. */
function failureOf(owner: string, error: unknown, sdk: SdkErrors): Error {
  const message = error instanceof Error ? error.message : ''
  if (error instanceof sdk.Nip47WalletError) return refusalOf(owner, error.code, message)
  const unsent =
    error instanceof sdk.Nip47NetworkError ||
    error instanceof sdk.Nip47UnsupportedEncryptionError ||
    message.includes('no info event')
  if (unsent) return new LightningError('lightning_unreachable', `${owner}: ${quote(message)}`)
  if (error instanceof TimeIsUp || error instanceof sdk.Nip47TimeoutError) {
    return new LightningError('lightning_timeout', `${owner}: the wallet has not answered in time`)
  }
  return new LightningError('lightning_failed', `${owner}: the wallet's answer cannot be used`)
}

/** As with a key that a service over HTTP refuses: by these codes of NIP-47 nothing was done, and nothing ever could be. */
function refusalOf(owner: string, code: string, message: string): LightningError | NwcRefusal {
  const refusal = new NwcRefusal(code, message)
  if (code !== 'UNAUTHORIZED' && code !== 'RESTRICTED') return refusal
  return new LightningError('lightning_denied', `${owner}: ${refusal.message}`)
}
