import { isLoopback } from '@turnpike/client'
import { UsageError } from './exit-code.ts'

/**
 * The address of an MCP server. Plain http reaches this machine alone: solutions, payments and tokens would be readable
 * on the way (R35).
 * @throws UsageError
 */
export function readServerUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new UsageError(
      `${JSON.stringify(text)} is no address of a server, such as https://api.example/mcp.`,
    )
  if (url.username !== '' || url.password !== '')
    throw new UsageError(`Take the password out of the address; send it by --header 'Authorization: ...'.`)
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw new UsageError(
      `Plain http may only lead to this machine. Write https://${url.host}${url.pathname}.`,
    )
  url.hash = ''
  return url
}
