/** The sample server on stdio. Which SDK: the first argument, '1' or '2'. */
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { openSampleGate, sampleServer1, sampleServer2 } from './sample-server.js'

const gate = openSampleGate()
if (process.argv[2] === '1') await sampleServer1(gate, []).connect(new StdioServerTransport())
else serveStdio(() => sampleServer2(gate, []))
