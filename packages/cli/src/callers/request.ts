import { type Caller, countedAddress } from '@turnpike/core'
import { UsageError } from '../exit-code.ts'
import { readWhole } from '../flag.ts'
import type { Io } from '../io.ts'

/** The options of `turnpike inspect` and `turnpike reset`, as typed. */
export interface CallerFlags {
  readonly redis?: string
  readonly lmdb?: string
  readonly name: string
  readonly prefix?: string
  readonly subject?: string
  readonly ipv6Subnet: string
  readonly json?: boolean
}

/** Where a gate keeps its counts. */
export type StorePlace =
  | { readonly kind: 'redis'; readonly url: string; readonly prefix: string | undefined }
  | { readonly kind: 'lmdb'; readonly path: string }

/** Whose counts, of which gate, and where they are. */
export interface CallerRequest {
  readonly caller: Caller
  /** As people know it: the address as it is counted, or `class:id`. */
  readonly shown: string
  readonly gateName: string
  readonly ipv6Subnet: number
  readonly place: StorePlace
}

/** Callers whose address is not known share a bucket of this name (R8). */
const UNKNOWN = 'unknown'

/** @throws UsageError */
export function readCallerRequest(text: string, flags: CallerFlags, env: Io['env']): CallerRequest {
  const ipv6Subnet = readWhole('--ipv6-subnet', flags.ipv6Subnet, 32, 128)
  if (!/^[a-z0-9-]{1,32}$/.test(flags.name)) {
    throw new UsageError(`--name must be the name of a gate: 1 to 32 of a-z, 0-9 and -, not "${flags.name}".`)
  }
  return {
    ...readCaller(text, flags.subject, ipv6Subnet),
    gateName: flags.name,
    ipv6Subnet,
    place: readPlace(flags, env['TURNPIKE_REDIS_URL']),
  }
}

function readCaller(
  text: string,
  subject: string | undefined,
  ipv6Subnet: number,
): Pick<CallerRequest, 'caller' | 'shown'> {
  const address = countedAddress(text, ipv6Subnet)
  if (address !== undefined || text === UNKNOWN) {
    if (subject !== undefined) throw new UsageError('--subject is for class:id; an address has its own.')
    const caller = { class: 'anonymous', id: text, subject: text, byAddress: true }
    return { caller, shown: address?.id ?? UNKNOWN }
  }
  const [, kind, id] = /^([^:]+):(.+)$/s.exec(text) ?? []
  if (kind === undefined || id === undefined) {
    throw new UsageError(
      `The caller must be an address, class:id as the gate's caller() names it, or "unknown"; not "${text}".`,
    )
  }
  return { caller: { class: kind, id, subject: subject ?? id, byAddress: false }, shown: `${kind}:${id}` }
}

function readPlace({ redis, lmdb, prefix }: CallerFlags, redisUrl: string | undefined): StorePlace {
  if (redis !== undefined && lmdb !== undefined) throw new UsageError('Give only one of --redis and --lmdb.')
  if (lmdb !== undefined) {
    if (prefix !== undefined) throw new UsageError('--prefix is for Redis.')
    return { kind: 'lmdb', path: lmdb }
  }
  const url = redis ?? redisUrl
  if (url === undefined || url === '') {
    throw new UsageError('Say where the counts are: --redis <url>, TURNPIKE_REDIS_URL, or --lmdb <path>.')
  }
  if (!/^rediss?:\/\//.test(url)) throw new UsageError('The URL of Redis begins with redis:// or rediss://.')
  if (!URL.canParse(url)) {
    throw new UsageError('The URL of Redis cannot be read. Percent-encode the characters of its password.')
  }
  return { kind: 'redis', url, prefix }
}
