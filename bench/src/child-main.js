/** What runs in a child process: one contender, asked by messages, one at a time. */
const [module = '', name = ''] = process.argv.slice(2)
const { contenders } = await import(new URL(module, import.meta.url).href)
/** @type {Record<string, (argument: unknown) => unknown>} */
const contender = await contenders[name]()

process.on('message', (/** @type {{ method: string, argument: unknown }} */ { method, argument }) => {
  void answer(method, argument)
})
// The parent is done, or gone: never outlive it.
process.once('disconnect', () => process.exit())

/**
 * @param {string} method
 * @param {unknown} argument
 */
async function answer(method, argument) {
  try {
    process.send?.({ result: await contender[method]?.(argument) })
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.stack : String(error) })
  }
}
