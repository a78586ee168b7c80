import * as ldk from 'lightningdevkit'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

/**
 * Kept on a class of the package itself, so that two copies of this file share it: loading the WASM a second time would
 * have finalizers of the first free memory in the second, and the process die of it.
 */
const shared: typeof ldk.KeysManager & { graph?: Promise<ldk.NetworkGraph> } = ldk.KeysManager

/**
 * Loads LDK, once per process, and makes the routing graph that all nodes share: each graph reserves 160 MB of the 2 GB of
 * address space that the bindings can reach, so that the thirteenth would break every call. It stays empty: a wallet and
 * the payee are neighbours.
 */
export async function loadLdk(): Promise<ldk.NetworkGraph> {
  return await (shared.graph ??= load())
}

async function load(): Promise<ldk.NetworkGraph> {
  const wasm = await readFile(createRequire(import.meta.url).resolve('lightningdevkit/liblightningjs.wasm'))
  const { log } = console
  // The bindings greet on standard output, where an MCP server speaks its protocol.
  console.log = () => {}
  try {
    await ldk.initializeWasmFromBinary(wasm)
  } finally {
    console.log = log
  }
  const logger = ldk.Logger.new_impl({ log: () => {} })
  return ldk.NetworkGraph.constructor_new(ldk.Network.LDKNetwork_Regtest, logger)
}

/** What a failed result of LDK says: some carry a number of an enum, some an object with a text. */
export function faultOf(attempt: string, result: object): Error {
  const fault: unknown = Reflect.get(result, 'err')
  const text: unknown = typeof fault === 'object' && fault !== null ? Reflect.get(fault, 'err') : fault
  return new Error(`LDK could not ${attempt}: ${String(text ?? fault)}`)
}

/** Lower case. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** Of hex digits. */
export function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}
