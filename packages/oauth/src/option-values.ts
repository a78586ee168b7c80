import { TurnpikeError } from '@turnpike/core'

/** @throws TurnpikeError `option_invalid` */
export function checkUrl(name: string, text: unknown, allowPlainHttp: boolean): URL {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw invalid(`${name} must be a URL with https`)
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw invalid(`${name} must end with its path: no user, no query, no fragment`)
  }
  if (url.protocol === 'https:' || allowPlainHttp) return url
  throw invalid(`${name} is plain http, which anybody between may change: take https, or set allowPlainHttp`)
}

/** @throws TurnpikeError `option_invalid` */
export function checkAmount(
  name: string,
  value: number,
  { least = 0, most }: { readonly least?: number; readonly most: number },
): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw invalid(`${name} must be a whole number from ${least} to ${most}`)
}

/** The error for a value that cannot be. Its message repeats no value that may be a secret. */
export function invalid(complaint: string): TurnpikeError {
  return new TurnpikeError('option_invalid', `accessTokens(): ${complaint}`)
}
