/** A name that nobody else takes: 32 hex digits. `crypto.randomUUID` would need a page served over https. */
export function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
