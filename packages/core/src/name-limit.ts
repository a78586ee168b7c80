/** What names beyond the limit go by. */
const OTHER_NAMES = 'other'

/**
 * Lets so many different names through, and calls all later ones `other`: for whatever counts by name and must stay small,
 * though a mistake may make a name of every request.
 *
 * @param most - names that keep their own
 */
export function createNameLimit(most: number): (name: string) => string {
  const known = new Set<string>()
  return (name) => {
    if (known.has(name)) return name
    if (known.size >= most) return OTHER_NAMES
    known.add(name)
    return name
  }
}
