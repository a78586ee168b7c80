import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { CLIENTS, HOSTS, type SampleClient, type SampleHost } from './sample-hosts.ts'
import { credentialFor, offerIn, metaIn } from './refused-result.ts'

const CHALLENGE = 'io.github.turnpike/challenge'
const PRICE = 'io.github.turnpike/price'
const RECEIPT = 'io.github.turnpike/receipt'

describe.each(HOSTS)('%s', (_host, openHost) => {
  let host: SampleHost
  beforeAll(async () => {
    host = await openHost()
  })
  afterAll(async () => {
    await host.close()
  })

  describe.each(CLIENTS.map((kind) => [kind.name, kind] as const))(
    'and a stock client of %s',
    (_name, kind) => {
      let client: SampleClient
      beforeAll(async () => {
        client = kind.make()
        await client.connect(host.transport(kind) as never)
      })
      afterAll(async () => {
        await client.close()
      })

      test('lists prices, and the argument that may carry a credential', async () => {
        const { tools } = await client.listTools()
        const [paid, open, sized] = ['paid', 'open', 'by_size'].map((name) =>
          tools.find((tool) => tool.name === name),
        )
        expect(metaIn(paid, PRICE)).toEqual({ ways: [{ rail: 'pow', difficulty: 1 }] })
        expect(paid?.inputSchema.properties['turnpike_credential']?.type).toBe('string')
        expect(metaIn(sized, PRICE)).toEqual({ varies: true })
        const sold = tools.find(({ name }) => name === 'sold')
        expect(metaIn(sold, PRICE)).toEqual({ ways: [{ rail: 'lightning', sats: 10 }] })
        expect(metaIn(open, PRICE)).toBeUndefined()
        expect(open?.inputSchema.properties['turnpike_credential']).toBeUndefined()
      })

      test('reads what to do, also where the tool has an output schema (R36)', async () => {
        for (const name of ['paid', 'structured']) {
          const refused = await client.callTool({ name, arguments: { q: 'x' } })
          expect(refused.isError).toBe(true)
          expect(refused.structuredContent).toBeUndefined()
          expect(metaIn(refused, CHALLENGE)).toMatchObject({
            code: 'proof_required',
            status: 402,
            resource: name,
          })
          const challenge = offerIn(refused).challenge
          expect(refused.content[0].text).toContain('Ways on: work: about 16 SHA-256 hashes')
          expect(refused.content[0].text).toContain(
            `call ${name} again with the same arguments and turnpike_credential: "challenge=${challenge},nonce=<nonce>"`,
          )
        }
      })

      test('gets through with the argument, which the tool never sees, and only once (R34)', async () => {
        const refused = await client.callTool({ name: 'paid', arguments: { q: kind.name } })
        const proven = { q: kind.name, turnpike_credential: credentialFor(refused) }
        const passed = await client.callTool({ name: 'paid', arguments: proven })
        expect(passed.content[0].text).toBe(`paid:${kind.name}:q`)
        expect(metaIn(passed, RECEIPT)).toMatchObject({ way: 'pow', usesLeft: 0 })
        const again = await client.callTool({ name: 'paid', arguments: proven })
        expect(metaIn(again, CHALLENGE)?.code).toBe('credential_spent')
      })

      test('gets through to a tool with an output schema', async () => {
        const refused = await client.callTool({ name: 'structured', arguments: { q: 'y' } })
        const proven = { q: 'y', turnpike_credential: credentialFor(refused) }
        const passed = await client.callTool({ name: 'structured', arguments: proven })
        expect(passed.structuredContent).toEqual({ echo: 'y' })
      })

      test('reads how to pay, and carries the payment to any arguments of the tool, once (R34)', async () => {
        const refused = await client.callTool({ name: 'sold', arguments: { q: 'a' } })
        const [, invoice, carried] =
          /pay the invoice (\S+) .* and turnpike_credential: "(L402 [^"]+)"/.exec(refused.content[0].text) ??
          []
        const paid = await client.callTool({ name: 'settle', arguments: { q: invoice } })
        const turnpike_credential = String(carried).replace('<preimage>', paid.content[0].text)
        const passed = await client.callTool({ name: 'sold', arguments: { q: 'b', turnpike_credential } })
        expect(passed.content[0].text).toBe('sold:b:q')
        expect(metaIn(passed, RECEIPT)).toMatchObject({ way: 'lightning', usesLeft: 0 })
        const again = await client.callTool({ name: 'sold', arguments: { q: 'b', turnpike_credential } })
        // A moment after its answer a paid call may not be written down as ended.
        expect(['credential_spent', 'credential_in_use']).toContain(metaIn(again, CHALLENGE)?.code)
        const elsewhere = await client.callTool({ name: 'paid', arguments: { turnpike_credential } })
        expect(elsewhere.isError).toBe(true)
      })

      test('cannot take a solution to other arguments or another tool (R34)', async () => {
        const refused = await client.callTool({ name: 'paid', arguments: { q: 'a' } })
        const turnpike_credential = credentialFor(refused)
        const other = await client.callTool({ name: 'paid', arguments: { q: 'b', turnpike_credential } })
        expect(metaIn(other, CHALLENGE)?.code).toBe('credential_wrong_resource')
        const elsewhere = await client.callTool({
          name: 'structured',
          arguments: { q: 'a', turnpike_credential },
        })
        expect(metaIn(elsewhere, CHALLENGE)?.code).toBe('credential_wrong_resource')
      })

      test('finds what is not gated as it was', async () => {
        const open = await client.callTool({ name: 'open', arguments: { q: 'z' } })
        expect(open).toMatchObject({ content: [{ type: 'text', text: 'open:z:q' }] })
        expect(metaIn(open, RECEIPT)).toBeUndefined()
        const small = await client.callTool({ name: 'by_size', arguments: { size: 'small' } })
        expect(small.content[0].text).toBe('by_size::size')
        const large = await client.callTool({ name: 'by_size', arguments: { size: 'large' } })
        expect(large.isError).toBe(true)
      })

      test('is told of resources and prompts by errors with data', async () => {
        const data = { code: 'proof_required', resource: 'resource sample://one' }
        await expect(client.readResource({ uri: 'sample://one' })).rejects.toMatchObject({ code: 402, data })
        await expect(client.getPrompt({ name: 'greet' })).rejects.toMatchObject({ code: 402 })
      })
    },
  )
})
