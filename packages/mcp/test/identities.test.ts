import { describe, expect, test } from '@jest/globals'
import { anyOf, type IdentitySource, type IdentityVerdict, type Leaf, pow } from '@turnpike/core'
import { CHALLENGE_META, CREDENTIAL_META, type McpGateOptions } from '@turnpike/mcp'
import { looseServer, type Message, toolCall } from './loose-server.ts'
import { metaIn } from './refused-result.ts'

const WORK = pow(1, { quota: false, adaptive: false })

/** Knows the tokens `agent-...`; the header `dpop` is a proof that may be shown once. */
function tokenSource(): IdentitySource {
  return {
    kind: 'bearer',
    verify(view) {
      const token = /^Bearer (.+)$/.exec(view.header('authorization') ?? '')?.[1]
      return token === undefined ? undefined : Promise.resolve(verdictOf(token, view.header('dpop')))
    },
    challenges: () => ['Bearer resource_metadata="https://api.example/meta"'],
  }
}

function verdictOf(token: string, proof: string | undefined): IdentityVerdict {
  if (!token.startsWith('agent-'))
    return { outcome: 'invalid', code: 'bearer_expired', error: 'invalid_token', detail: 'it is too old' }
  const identity = { source: 'bearer', class: 'agent', id: token, subject: token, scopes: [] } as const
  if (proof === undefined) return { outcome: 'verified', identity }
  return { outcome: 'verified', identity, singleUse: { key: proof, expiresAtMs: Date.now() + 60_000 } }
}

function bearer(source: IdentitySource): Leaf {
  return { rail: 'bearer', terms: { source, scope: [] } }
}

/** A request as SDK 1.x hands it over, one object for all messages that came with it. */
function carriedBy(token: string | undefined, proof?: string): object {
  return { requestInfo: { headers: { authorization: token && `Bearer ${token}`, dpop: proof } } }
}

async function opened(options: McpGateOptions, gateOptions = {}) {
  const server = looseServer(options, gateOptions)
  await server.open()
  let calls = 0
  return {
    ...server,
    /** Sends calls with one request, and waits until each was let through or answered. */
    async call(extra: object, ...names: readonly string[]): Promise<readonly Message[]> {
      const [before, answered] = [server.reached.length, server.sent.length]
      for (const name of names) server.receive(toolCall((calls += 1), name), extra)
      while (server.reached.length + server.sent.length < before + answered + names.length)
        await new Promise((resolve) => setImmediate(resolve))
      return server.sent.slice(answered)
    },
  }
}

describe('callers of tools with tokens', () => {
  test('pass, and all others work', async () => {
    const server = await opened({ tools: { a: { require: anyOf(bearer(tokenSource()), WORK) } } })
    expect(await server.call(carriedBy('agent-1'), 'a')).toEqual([])
    const [refusal] = await server.call(carriedBy(undefined), 'a')
    expect(metaIn(refusal?.result, CHALLENGE_META)).toMatchObject({ status: 402, code: 'proof_required' })
  })

  test('that are bad are refused by a result that a model can read, not by a status', async () => {
    const server = await opened({ tools: { a: { require: bearer(tokenSource()) } } })
    const [refusal] = await server.call(carriedBy('stolen'), 'a')
    expect(refusal?.result).toMatchObject({ isError: true })
    expect(metaIn(refusal?.result, CHALLENGE_META)).toMatchObject({ status: 401, code: 'bearer_expired' })
    expect(JSON.stringify(refusal)).toContain('it is too old')
    expect(JSON.stringify(refusal)).toContain('https://api.example/meta')
  })

  test.each([
    ['as itself', {}, 401],
    ['as the operator says', { codes: { 401: 40_100 } }, 40_100],
  ])('get an error whose code is the status %s', async (_what, codes, code) => {
    const tools = { a: { require: bearer(tokenSource()) } }
    const server = await opened({ tools, refusals: 'error', ...codes })
    const [refusal] = await server.call(carriedBy('stolen'), 'a')
    expect(refusal?.error).toMatchObject({ code, data: { code: 'bearer_expired' } })
  })

  test('have the windows of their class, whoever they say that they are (R8)', async () => {
    const server = await opened(
      { tools: { a: { free: '1/1m', classes: { agent: { free: '2/1m' } } } } },
      { identities: [tokenSource()] },
    )
    server.receive({
      jsonrpc: '2.0',
      id: 'open',
      method: 'initialize',
      params: { clientInfo: { name: 'agent', version: '1' } },
    })
    const headers = { 'user-agent': 'agent-1', authorization: undefined }
    expect(await server.call({ requestInfo: { headers } }, 'a', 'a')).toHaveLength(1)
    expect(await server.call(carriedBy('agent-1'), 'a', 'a', 'a')).toHaveLength(1)
    expect(await server.call(carriedBy('agent-2'), 'a', 'a')).toEqual([])
  })

  test.each([
    ['an argument, where models and logs see them', { turnpike_credential: 'Bearer agent-1' }, undefined],
    ['_meta', {}, { [CREDENTIAL_META]: 'Bearer agent-1' }],
  ])('show them in the header alone, never in %s (RFC 6750 §5.3)', async (_where, given, meta) => {
    const server = await opened({ tools: { a: { require: bearer(tokenSource()) } } })
    server.receive(toolCall(1, 'a', given, meta), { requestInfo: { headers: {} } })
    expect(server.reached).toEqual([])
    expect(JSON.stringify(server.sent)).toContain('"code":"identity_required"')
  })

  test('show a proof once for all calls of a batch, and for no other request', async () => {
    const server = await opened({ tools: { a: { require: bearer(tokenSource()) } } })
    expect(await server.call(carriedBy('agent-1', 'p1'), 'a', 'a', 'a')).toEqual([])
    const [refusal] = await server.call(carriedBy('agent-1', 'p1'), 'a')
    expect(metaIn(refusal?.result, CHALLENGE_META)).toMatchObject({ code: 'bearer_replayed' })
  })

  test('of two issuers are told apart, though policies look alike', async () => {
    const policy = () => ({ require: bearer(tokenSource()) })
    const server = await opened({ tools: { a: policy, b: policy } })
    expect(await server.call(carriedBy('agent-1'), 'a', 'b')).toEqual([])
  })
})
