import { expect } from '@jest/globals'
import type { AdmitRequest } from '@turnpike/core'
import type { Redis } from 'ioredis'
import { encodeBatch } from '../src/decision-batch.ts'
import { ReplyReader } from '../src/decision-reply.ts'
import { createKeySpace } from '../src/keys.ts'
import { TEND_TEXT } from '../src/scripts.ts'
import { createShapeBook } from '../src/shape.ts'
import { formatTendOps, parseTendReply, type TendOp } from '../src/tend-op.ts'
import { createWindowNames } from '../src/window-names.ts'

const CLOCK = "local clock = call('TIME')"

/** The scripts of the store, on a clock that the test sets. */
export function openScripts(redis: Redis, prefix: string, nowMs: () => number) {
  const keys = createKeySpace(prefix)
  const names = createWindowNames(() => undefined)
  const book = createShapeBook(keys, names)
  const clockKey = `${prefix}:clock`
  const onTestClock = (text: string) => {
    expect(text).toContain(CLOCK)
    return text.replace(
      CLOCK,
      `local set = call('GET', '${clockKey}') local clock = { floor(set / 1000), set % 1000 * 1000 }`,
    )
  }
  const run = async (text: string, runKeys: readonly string[], args: readonly string[]) => {
    await redis.set(clockKey, nowMs())
    const reply: unknown = await redis.callBuffer(
      'eval',
      onTestClock(text),
      runKeys.length,
      ...runKeys,
      ...args,
    )
    if (!Buffer.isBuffer(reply)) throw new Error('not a packed reply')
    return reply
  }
  return {
    keys,
    names,
    admit: async (request: AdmitRequest) => {
      const decision = book.encode(request)
      const { args, keys: runKeys, script } = encodeBatch([decision], 2 ** 50)
      const reader = new ReplyReader(await run(script.text, runKeys, args))
      return { outcome: reader.next(decision.shape), isFast: script === decision.shape.script }
    },
    tend: async (op: TendOp) => {
      const { results } = parseTendReply(await run(TEND_TEXT, op.keys, [formatTendOps([op])]))
      return results[0]
    },
  }
}
