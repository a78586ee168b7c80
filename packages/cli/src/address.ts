import { UsageError } from './exit-code.ts'

/**
 * @throws UsageError for anything but an address of http or https, and for one with a password, which arguments show to
 *   all users and answers may repeat
 */
export function readUrl(address: string): URL {
  if (!URL.canParse(address)) throw new UsageError(`"${address}" is no address; write https://host/path.`)
  const url = new URL(address)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new UsageError(`The address must begin with https:// or http://, not ${url.protocol}//.`)
  }
  if (url.username === '' && url.password === '') return url
  throw new UsageError(
    'The address must not hold a name or password. Send them by -H @file, with a line "Authorization: Basic ..." in it.',
  )
}
