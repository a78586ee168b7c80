/** The `Authorization` field, where clients put credentials of several schemes (RFC 9110 §11.6.2). */

/** One credential, under its scheme. */
export interface Authorization {
  /** Lower case. */
  readonly scheme: string
  /** What follows the scheme, as sent. */
  readonly credentials: string
}

const MAX_LENGTH = 16_384
/** Commas also stand inside credentials, so only one before a scheme that we know separates two of them. */
const SEPARATOR = /,[ \t]*(?=(?:Basic|Bearer|DPoP|L402|LSAT|Payment|PoW)[ \t])/i
const CREDENTIALS = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]+(\S.*)$/s

/**
 * Reads one or several credentials: some clients send two Authorization lines, which servers join with a comma. Never
 * throws; what cannot be read is left out.
 */
export function parseAuthorization(value: string): readonly Authorization[] {
  if (value.length > MAX_LENGTH) return []
  return value.split(SEPARATOR).flatMap((part) => {
    const [, scheme, credentials] = CREDENTIALS.exec(part.trim()) ?? []
    if (scheme === undefined || credentials === undefined) return []
    return [{ scheme: scheme.toLowerCase(), credentials }]
  })
}
