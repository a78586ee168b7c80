export { processIo, run } from './main.ts'
export type { Io, Output } from './main.ts'
