import { randomBytes } from 'node:crypto'
import { EXIT } from '../exit-code.ts'
import type { Io } from '../io.ts'
import type { KeysFlags } from './usage.ts'

const SECRET_BYTES = 32

/** In this order no process ever meets a signature that it cannot verify (R29). */
const ROTATION = [
  'Append the new secret everywhere: secret: [old, fresh]. It verifies, and does not sign yet.',
  'When all processes have it, move it to the front: secret: [fresh, old]. Now it signs.',
  'After the longest validity of what the old one signed, drop it: secret: [fresh].',
  'If the old one has leaked, do not rotate: replace it at once. Open challenges then get a fresh offer.',
] as const

/** `turnpike keys new`. The secret alone is on standard output, so that it can be piped to where it belongs. */
export function newKeyCommand({ rotate = false, json = false }: KeysFlags, io: Io): number {
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  if (json) {
    io.stdout.write(`${JSON.stringify(rotate ? { secret, steps: ROTATION } : { secret })}\n`)
    return EXIT.ok
  }
  io.stdout.write(`${secret}\n`)
  if (rotate) {
    io.stderr.write('To rotate without refusing anybody (docs/operations.md, Secrets and rotation):\n')
    for (const [index, step] of ROTATION.entries()) io.stderr.write(`${index + 1}. ${step}\n`)
  }
  return EXIT.ok
}
