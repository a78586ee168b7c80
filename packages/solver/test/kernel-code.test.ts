import { describe, expect, test } from '@jest/globals'
import { decodeBase64url } from '@turnpike/protocol'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { kernelCodeFile } from '../kernels/kernel-code.js'
import { bytesOf, signed, unsigned } from '../kernels/wasm-encoding.js'
import { KERNELS } from '../src/kernel-code.ts'

describe('the kernels in the package', () => {
  test('are what `npm run build:kernels` makes, byte for byte', () => {
    const committed = readFileSync(new URL('../src/kernel-code.ts', import.meta.url), 'utf8')
    expect(committed === kernelCodeFile()).toBe(true)
  })

  test.each(Object.entries(KERNELS))('%s takes at most 3 kB gzipped', (_, { base64url }) => {
    const bytes = decodeBase64url(base64url) ?? new Uint8Array()
    expect(Array.from(bytes.subarray(0, 4))).toEqual([0, 0x61, 0x73, 0x6d])
    expect(gzipSync(bytes).length).toBeLessThanOrEqual(3072)
  })
})

describe('LEB128, as the kernels are written in', () => {
  // The examples of the DWARF standard, 7.6.
  test.each([
    [2, [2]],
    [127, [127]],
    [128, [0x80, 1]],
    [129, [0x81, 1]],
    [12857, [0xb9, 0x64]],
  ])('unsigned %d', (value, bytes) => expect(bytesOf(unsigned(value))).toEqual(bytes))

  test.each([
    [2, [2]],
    [-2, [0x7e]],
    [63, [63]],
    [64, [0xc0, 0]],
    [127, [0xff, 0]],
    [-127, [0x81, 0x7f]],
    [-129, [0xff, 0x7e]],
    [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]],
  ])('signed %d', (value, bytes) => expect(bytesOf(signed(value))).toEqual(bytes))
})
