import { describe, expect, test } from '@jest/globals'
import { chooseKernel, loadable, openKernel } from '../src/kernel-choice.ts'
import { KERNELS } from '../src/kernel-code.ts'
import { SHA256 } from '../src/sha256.ts'
import { webAssembly } from '../src/web-assembly.ts'
import type { WebAssemblyApi } from '../src/web-assembly.ts'

/** A runtime that knows WebAssembly but differs from this one in something. */
function runtime(differences: Partial<WebAssemblyApi>): WebAssemblyApi {
  const here = webAssembly()
  if (here === undefined) throw new Error('these tests need WebAssembly')
  return { ...wrapped(here), ...differences }
}

function wrapped(here: WebAssemblyApi): WebAssemblyApi {
  return {
    validate: (bytes) => here.validate(bytes),
    compile: async (bytes) => await here.compile(bytes),
    instantiate: async (module) => await here.instantiate(module),
  }
}

describe('the choice of a kernel', () => {
  test.each([
    ['vectors, our challenges', 12, runtime({}), KERNELS.simdHot],
    ['vectors, other texts', 7, runtime({}), KERNELS.simd],
    ['no vectors, our challenges', 12, runtime({ validate: () => false }), KERNELS.scalarHot],
    ['no vectors, other texts', 0, runtime({ validate: () => false }), KERNELS.scalar],
  ])('with %s', (_, position, wasm, kernel) => {
    expect(chooseKernel(position, wasm)).toBe(kernel)
  })

  test('is plain JavaScript without WebAssembly', async () => {
    const before = webAssembly()
    Reflect.deleteProperty(globalThis, 'WebAssembly')
    try {
      expect(chooseKernel(12)).toBeUndefined()
      expect(await firstHit(undefined)).toBe(0)
    } finally {
      Object.assign(globalThis, { WebAssembly: before })
    }
  })

  test('is plain JavaScript where compiling is forbidden, which is tried once', async () => {
    let tries = 0
    const forbidding = runtime({
      compile: async () => {
        tries++
        return await Promise.reject(new Error("violates the Content Security Policy: 'wasm-unsafe-eval'"))
      },
    })
    const kernel = { ...loadable(KERNELS.simd) }
    expect(await firstHit(kernel, forbidding)).toBe(0)
    expect(await firstHit(kernel, forbidding)).toBe(0)
    expect(tries).toBe(1)
  })

  test('is plain JavaScript where modules compile but do not start', async () => {
    const kernel = { ...loadable(KERNELS.simd) }
    const starved = runtime({
      instantiate: async () => await Promise.reject(new RangeError('out of memory')),
    })
    expect(await firstHit(kernel, starved)).toBe(0)
  })

  test('is compiled once for all searches', async () => {
    let tries = 0
    const counting = runtime({
      compile: async (bytes) => {
        tries++
        return await runtime({}).compile(bytes)
      },
    })
    const kernel = { ...loadable(KERNELS.simd) }
    await firstHit(kernel, counting)
    await firstHit(kernel, counting)
    expect(tries).toBe(1)
  })
})

/** With a target that everything meets: is there a kernel that works? */
async function firstHit(
  ...[loaded, wasm]: [Parameters<typeof openKernel>[0], WebAssemblyApi?]
): Promise<number> {
  const kernel = await openKernel(loaded, SHA256, wasm)
  kernel.prepare({ state: SHA256.initial, words: new Int32Array(16), position: 7, target: 0xffffffff })
  return kernel.search(0, 4)
}
