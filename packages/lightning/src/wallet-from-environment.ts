import { TurnpikeError } from '@turnpike/core'
import { open } from 'node:fs/promises'
import type { LightningWallet } from './wallet.ts'
import { walletAt } from './wallet-url.ts'

/** Bits of a file's mode that let others than its owner at it. */
const OTHERS = 0o077
const LARGEST_BYTES = 16 * 1024

/**
 * The wallet that the environment names: `TURNPIKE_WALLET` has its address, or `TURNPIKE_WALLET_FILE` the name of a file
 * that has it and that only its owner may read (R35). There is no other way to name one: arguments of a command are
 * seen by every user of the machine. The forms of an address are in docs/lightning.md.
 *
 * @returns undefined when neither is set.
 * @throws TurnpikeError `option_invalid`; @throws LightningError `lightning_sdk_missing`
 * @example const wallet = await walletFromEnvironment(process.env)
 */
export async function walletFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<LightningWallet | undefined> {
  const address = environment['TURNPIKE_WALLET']?.trim() ?? ''
  const file = environment['TURNPIKE_WALLET_FILE'] ?? ''
  if (address !== '' && file !== '') {
    throw new TurnpikeError(
      'option_invalid',
      'TURNPIKE_WALLET and TURNPIKE_WALLET_FILE are both set: unset one',
    )
  }
  if (address !== '') return walletAt(address, 'TURNPIKE_WALLET')
  if (file !== '') return walletAt(await secretIn(file), 'TURNPIKE_WALLET_FILE')
  return undefined
}

/** Mode and content are those of one open file: none can be exchanged in between. */
async function secretIn(file: string): Promise<string> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw new TurnpikeError('option_invalid', `TURNPIKE_WALLET_FILE: cannot read ${file}`, { cause: error })
  })
  try {
    const { mode } = await handle.stat()
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
      throw new TurnpikeError('option_invalid', `TURNPIKE_WALLET_FILE: others may read it: chmod 600 ${file}`)
    }
    // Not by its size: a pipe has none.
    const { buffer, bytesRead } = await handle.read(new Uint8Array(LARGEST_BYTES + 1))
    if (bytesRead > LARGEST_BYTES) {
      throw new TurnpikeError('option_invalid', 'TURNPIKE_WALLET_FILE: it is too large')
    }
    return new TextDecoder().decode(buffer.subarray(0, bytesRead)).trim()
  } finally {
    await handle.close()
  }
}
