import type { Admission } from '@turnpike/core'
import { AsyncLocalStorage } from 'node:async_hooks'

const admissions = new AsyncLocalStorage<Admission>()

/**
 * The admission of the call that a handler is working on: to report what it uses, and to be told when the budget is gone
 * (R33). Only in calls whose policy has `meters`, because following calls through everything that is awaited costs all of
 * them time; undefined elsewhere.
 *
 * @example
 * server.registerTool('ask', { inputSchema }, async ({ question }) => {
 *   const { text, tokens } = await complete(question, { signal: admission()?.signal('tokens') })
 *   admission()?.meter('tokens', tokens)
 *   return { content: [{ type: 'text', text }] }
 * })
 */
export function admission(): Admission | undefined {
  return admissions.getStore()
}

/** Runs what a call sets going, so that its handler finds its admission. */
export function runAdmitted(admitted: Admission, run: () => void): void {
  admissions.run(admitted, run)
}
