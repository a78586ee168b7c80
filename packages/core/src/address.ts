/** A client address, reduced to what is counted (R8). */
export interface CountedAddress {
  /** IPv4 whole, IPv6 by its leading bits (a household or a machine has a whole /64). */
  readonly id: string
  /** IPv4 /24 or IPv6 /48: what shares a shard, and ceilings of its own. */
  readonly subject: string
}

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/
const IPV4_WITH_PORT = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/
const GROUP = /^[0-9a-f]{1,4}$/
const LONGEST_TEXT = 64

/**
 * Reads an address as frameworks spell it: brackets, a port behind IPv4, zone ids and v4-mapped IPv6 are understood.
 *
 * @param ipv6Bits - leading bits of an IPv6 address that make one caller, 32 to 128
 * @returns undefined for anything that is no address
 */
export function countedAddress(text: string, ipv6Bits: number): CountedAddress | undefined {
  if (text.length > LONGEST_TEXT) return undefined
  const bare = text
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%.*$/, '')
  const v4 = parseIpv4(IPV4_WITH_PORT.exec(bare)?.[1] ?? bare)
  if (v4 !== undefined) return countedIpv4(v4)
  const groups = parseIpv6(bare)
  if (groups === undefined) return undefined
  const mapped = mappedIpv4(groups)
  return mapped === undefined ? countedIpv6(groups, ipv6Bits) : countedIpv4(mapped)
}

function countedIpv4(bytes: readonly number[]): CountedAddress {
  return { id: bytes.join('.'), subject: `${bytes.slice(0, 3).join('.')}.0/24` }
}

function countedIpv6(groups: readonly number[], bits: number): CountedAddress {
  return { id: prefix(groups, bits), subject: prefix(groups, Math.min(bits, 48)) }
}

function prefix(groups: readonly number[], bits: number): string {
  const kept = groups.map((group, index) => {
    const inGroup = Math.min(16, Math.max(0, bits - 16 * index))
    return group & ((0xffff << (16 - inGroup)) & 0xffff)
  })
  return `${kept.map((group) => group.toString(16)).join(':')}/${bits}`
}

function parseIpv4(text: string): readonly number[] | undefined {
  const bytes = IPV4.exec(text)?.slice(1).map(Number)
  return bytes?.every((byte) => byte <= 255) === true ? bytes : undefined
}

/** Eight groups of 16 bits (RFC 4291 §2.2), or undefined. */
function parseIpv6(text: string): readonly number[] | undefined {
  const [head = '', tail, more] = unfoldIpv4(text).split('::')
  if (more !== undefined) return undefined
  const left = parseGroups(head)
  const right = tail === undefined ? [] : parseGroups(tail)
  if (left === undefined || right === undefined) return undefined
  const missing = 8 - left.length - right.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  return [...left, ...Array.from({ length: missing }, () => 0), ...right]
}

function parseGroups(text: string): readonly number[] | undefined {
  if (text === '') return []
  const groups = text.split(':')
  return groups.every((group) => GROUP.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : undefined
}

/** `::ffff:1.2.3.4` to `::ffff:102:304`; a wrong tail stays, and fails as a group. */
function unfoldIpv4(text: string): string {
  const at = text.lastIndexOf(':') + 1
  const v4 = at === 0 ? undefined : parseIpv4(text.slice(at))
  if (v4 === undefined) return text
  const [a = 0, b = 0, c = 0, d = 0] = v4
  return `${text.slice(0, at)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}

/** ::ffff:0:0/96, by range and not by spelling. */
function mappedIpv4(groups: readonly number[]): readonly number[] | undefined {
  const [g5, g6 = 0, g7 = 0] = groups.slice(5)
  if (g5 !== 0xffff || groups.slice(0, 5).some((group) => group !== 0)) return undefined
  return [g6 >> 8, g6 & 255, g7 >> 8, g7 & 255]
}
