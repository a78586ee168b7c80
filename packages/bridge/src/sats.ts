/** `10 sats`, `1 sat`, `0.5 sats`. */
export function inSats(msat: number): string {
  return `${(msat / 1000).toLocaleString('en-US', { maximumFractionDigits: 3 })} ${msat === 1000 ? 'sat' : 'sats'}`
}
