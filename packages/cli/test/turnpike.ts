import { run } from '@turnpike/cli'
import { fakeIo } from './fake-io.ts'

/** Runs the command in this process, and returns its exit code and output. */
export async function turnpike(args: readonly string[], options?: Parameters<typeof fakeIo>[0]) {
  const { io, written } = fakeIo(options)
  const exitCode = await run(args, io)
  return { exitCode, ...written }
}
