/**
 * Goes on with a value at once, or when its promise resolves. Most requests meet no promise before the store, and each
 * needless one costs as much as verifying a credential.
 */
export function whenKnown<T, R>(
  value: T | PromiseLike<T>,
  use: (value: T) => R | Promise<R>,
): R | Promise<R> {
  return isPromise(value) ? Promise.resolve(value).then(use) : use(value)
}

/** Promises of other realms and libraries too. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value
}
