/** Meets the server beside it twice: as any client does, and as one that knows its way. `npm start -w examples/mcp-stdio`. */
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { withTurnpike } from '@turnpike/mcp'
import { join } from 'node:path'

const REPORT = { name: 'report', arguments: { topic: 'tolls' } }

await meet('A stock client is told what would get it through', makeClient())
await meet('A client with withTurnpike() works for it', withTurnpike(makeClient()))

async function meet(title: string, client: Client): Promise<void> {
  console.log(`\n${title}:`)
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [join(import.meta.dirname, 'server.js')] }),
  )
  const { content } = await client.callTool(REPORT)
  for (const block of content) if (block.type === 'text') console.log(`   ${block.text}`)
  await client.close()
}

function makeClient(): Client {
  return new Client({ name: 'tour', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
}
