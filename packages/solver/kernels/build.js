/** `npm run build:kernels`: writes src/kernel-code.ts. The same sources give the same file, byte for byte. */
import { writeFileSync } from 'node:fs'
import { kernelCodeFile } from './kernel-code.js'

writeFileSync(new URL('../src/kernel-code.ts', import.meta.url), kernelCodeFile())
