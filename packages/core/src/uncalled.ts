import { TurnpikeError } from './errors.ts'

/**
 * Refuses a request where a maker of handlers takes its options: `app.use(endpoints)` in place of `app.use(endpoints())`
 * has the framework call the maker, and what that made would be lost, with every request waiting for it.
 *
 * @param call - how the maker is called: `protect()`
 * @param first - what it was called with
 * @throws TurnpikeError `option_invalid`
 */
export function demandCalled(call: string, first: unknown): void {
  if (typeof first !== 'object' || first === null || !('headers' in first)) return
  const [maker] = call.split('(', 1)
  throw new TurnpikeError('option_invalid', `${maker} makes a handler and was taken for one: write ${call}`)
}
