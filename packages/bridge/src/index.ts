export { processIo, run } from './main.ts'
export type { Io } from './main.ts'
