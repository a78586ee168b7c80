import type { KernelExports } from './wasm-kernel.ts'

/** WebAssembly's interface, as far as it is used; Node's types do not have it. */
export interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean
  compile(bytes: Uint8Array): Promise<WebAssemblyModule>
  instantiate(module: WebAssemblyModule): Promise<WebAssemblyInstance>
}

/** Compiled code; nothing is done with it but instantiating it. */
export type WebAssemblyModule = object

/** Code with its memory, ready to be called. */
export interface WebAssemblyInstance {
  readonly exports: KernelExports
}

declare const WebAssembly: WebAssemblyApi | undefined

/** The runtime's own; undefined where it was built or started without (`node --jitless`, lockdown mode). */
export function webAssembly(): WebAssemblyApi | undefined {
  return typeof WebAssembly === 'object' ? WebAssembly : undefined
}
