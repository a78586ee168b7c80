import { describe, expect, test } from '@jest/globals'
import { type NodeOptions, turnpike } from '@turnpike/node'

describe('options of turnpike()', () => {
  const secret = 'a secret of the tests, long enough to be one'

  test.each<[unknown, string, RegExp]>([
    [{ ip: 'x-forwarded-for' }, 'option_invalid', /ip takes a function/],
    [{ onError: true }, 'option_invalid', /onError takes a function/],
    [{ onErorr: () => undefined }, 'option_unknown', /did you mean 'onError'/],
    [null, 'option_invalid', /takes an object/],
    [7, 'option_invalid', /takes an object/],
  ])('refuse %j, and say the fix', (options, code, message) => {
    expect(() => turnpike({ secret }, options as NodeOptions)).toThrow(expect.objectContaining({ code }))
    expect(() => turnpike({ secret }, options as NodeOptions)).toThrow(message)
  })

  test.each<[string, (endpoints: (...given: readonly unknown[]) => (given: unknown) => unknown) => unknown]>([
    ['createServer(endpoints)', (endpoints) => endpoints({ headers: {} })],
    ['createServer(endpoints(handler))', (endpoints) => endpoints(() => undefined)],
    ['createServer(endpoints())', (endpoints) => endpoints()({ headers: {} })],
  ])('%s would leave every request waiting, and is refused', (_what, misuse) => {
    const { endpoints } = turnpike({ secret, log: () => undefined })
    expect(() => misuse(endpoints as Parameters<typeof misuse>[0])).toThrow('endpoints()(handler)')
  })
})
