import { decodeBase64url } from '@turnpike/protocol'
import { createJsKernel } from './js-kernel.ts'
import type { Kernel } from './kernel.ts'
import { KERNEL_MEMORY, KERNELS, SIMD_PROBE } from './kernel-code.ts'
import type { Sha256 } from './sha256.ts'
import { createWasmKernel } from './wasm-kernel.ts'
import type { KernelCode, LoadableKernel } from './wasm-kernel.ts'
import { webAssembly } from './web-assembly.ts'
import type { WebAssemblyApi, WebAssemblyModule } from './web-assembly.ts'

/**
 * The fastest kernel that this runtime knows the instructions of.
 *
 * @param position which word of the last block carries the inner digits
 * @returns undefined where there is no WebAssembly: plain JavaScript has to do
 */
export function chooseKernel(position: number, wasm = webAssembly()): KernelCode | undefined {
  if (wasm === undefined) return undefined
  const isHot = position === KERNELS.simdHot.position
  if (wasm.validate(bytesOf(SIMD_PROBE))) return isHot ? KERNELS.simdHot : KERNELS.simd
  return isHot ? KERNELS.scalarHot : KERNELS.scalar
}

const loaded = new Map<KernelCode, LoadableKernel>()

/** The kernel with its module in bytes, as it goes to workers. The same object each time. */
export function loadable(code: KernelCode): LoadableKernel {
  const { base64url, ...facts } = code
  const kernel = loaded.get(code) ?? { ...facts, memory: KERNEL_MEMORY, bytes: bytesOf(base64url) }
  loaded.set(code, kernel)
  return kernel
}

/**
 * Opens a kernel in this thread. Falls back to plain JavaScript where its code may not be compiled: under a content
 * security policy without `wasm-unsafe-eval`, to name the usual reason.
 */
export async function openKernel(
  kernel: LoadableKernel | undefined,
  sha256: Sha256,
  wasm = webAssembly(),
): Promise<Kernel> {
  if (kernel === undefined || wasm === undefined) return createJsKernel(sha256)
  try {
    const { exports } = await wasm.instantiate(await compiled(kernel, wasm))
    return createWasmKernel(kernel, exports, sha256)
  } catch {
    return createJsKernel(sha256)
  }
}

const modules = new Map<LoadableKernel, Promise<WebAssemblyModule>>()

/**
 * Compiles once: later searches find the code warm, and a policy that forbids it is breached once, not at every search.
 * Asynchronously, as browsers have limits for what a page may compile while it waits.
 */
async function compiled(kernel: LoadableKernel, wasm: WebAssemblyApi): Promise<WebAssemblyModule> {
  const module = modules.get(kernel) ?? wasm.compile(kernel.bytes)
  modules.set(kernel, module)
  return await module
}

function bytesOf(base64url: string): Uint8Array {
  return decodeBase64url(base64url) ?? new Uint8Array()
}
