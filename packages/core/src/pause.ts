/** Waits, in milliseconds of real time: backing off from a store or a backend is no business of the gate's clock. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
