/** Quantities in words, as all commands print them. */

/** `65,536` */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US')
}

/** Hashes per second in three digits: `2.61 MH/s`. */
export function formatRate(hashesPerSecond: number): string {
  const units = ['H/s', 'kH/s', 'MH/s', 'GH/s', 'TH/s']
  // Rounded first: 999,600 are 1.00 M, not 1.00e+3 k.
  const rounded = Number(hashesPerSecond.toPrecision(3))
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, rounded)) / 3))
  return `${(rounded / 1000 ** step).toPrecision(3)} ${units[step]}`
}

/** Milliseconds below ten seconds, else seconds, minutes, hours or days: `12 s`, `2 min 5 s`, `25 h 3 min`, `3 d 1 h`. */
export function formatDuration(ms: number): string {
  if (ms < 10_000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 2880) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  const hours = Math.round(minutes / 60)
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}
