/**
 * What the server says when it is up: lines that can be pasted as they are.
 *
 * @param wallet - of play money, as `TURNPIKE_WALLET` names it
 */
export function greeting(url: string, wallet: string): string {
  return `
Turnpike is up at ${url}

1. Ask for a tool without paying the toll. The 402 holds all that is needed to get through:

   curl -i -X POST ${url}/tools/call -H "Content-Type: application/json" -d '{"name":"tool","arguments":{}}'

2. Work for it: take a challenge, solve it, call with the solution.

   challenge=$(curl -s ${url}/api/challenge | sed 's/.*"challenge":"\\([^"]*\\)".*/\\1/')
   header=$(npx @turnpike/cli solve --challenge "$challenge" | grep '^X-PoW-Solution')
   curl -X POST ${url}/tools/call -H "$header" -H "Content-Type: application/json" -d '{"name":"tool","arguments":{}}'

3. The same solution again is refused: each is good for one call. Repeat the last line.

4. Or pay for it: 10 sats over Lightning, from a wallet with play money (regtest). It knows L402, as other clients do:

   export TURNPIKE_WALLET="${wallet}"
   npx @turnpike/cli fetch ${url}/tools/call --prefer pay --max-sats 20 -d '{"name":"tool","arguments":{}}'

5. Some calls are free. Five a minute are, the sixth asks for work:

   for i in 1 2 3 4 5 6; do curl -s -o /dev/null -w "%{http_code} " ${url}/search; done; echo

6. An MCP server is behind the same gate. A tool for nothing, and one that wants work:

   curl ${url}/mcp ${MCP_HEADERS} -d '${callOf('roll_dice')}'
   curl ${url}/mcp ${MCP_HEADERS} -d '${callOf('deep_search')}'

   Hosts connect by its address, or by the bridge, which does the work for them:

   { "mcpServers": { "turnpike": { "command": "npx", "args": ["-y", "@turnpike/bridge", "${url}/mcp"] } } }

Stop with Ctrl-C. Another port: PORT=4000 npm start
`
}

const MCP_HEADERS = '-H "Content-Type: application/json" -H "Accept: application/json, text/event-stream"'

/** A call of a tool, as JSON. */
function callOf(name: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } })
}

/** Why the server could not start, and what to do. */
export function portTrouble(error: Error, port: number): string {
  const code = 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') {
    return `Port ${port} is taken. Stop what is using it, or choose another one: PORT=${port + 1} npm start`
  }
  if (code === 'EACCES')
    return `Port ${port} may not be used by this user. Choose one above 1023: PORT=3402 npm start`
  return `The server could not start on port ${port}: ${error.message}`
}

const DEFAULT_PORT = 3402

/** `PORT` of the environment, 0 to 65535; ends the process with a word when it is something else. */
export function portFrom({ PORT = String(DEFAULT_PORT) }: NodeJS.ProcessEnv): number {
  const port = Number(PORT)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  console.error(`PORT=${PORT} is no port. Take a whole number from 0 to 65535: PORT=4000 npm start`)
  process.exit(1)
}
