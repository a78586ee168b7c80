/**
 * Freeing the half gigabyte of a test worker takes longer than Jest waits for it to end: it would kill the worker, and warn of
 * a leak where there is none. A handle that is left open keeps a worker from getting here, and is told of as ever.
 */
process.once('beforeExit', () => {
  process.on('exit', (code) => process.exit(code))
})
