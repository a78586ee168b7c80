/** Those who call: for nothing, by work, by payment, over HTTP and MCP, honestly and not. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { createFetch } from '@turnpike/client'
import { withTurnpike } from '@turnpike/mcp'
import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * @typedef {object} Crowd
 * @property {readonly string[]} urls
 * @property {import('./purse.js').Purse} purse
 * @property {AbortSignal} over ends it
 * @property {(kind: string, outcome: string | number) => void} count
 */

const PLENTY = { perCallSats: 1000, perDaySats: 10_000_000 }
const HURRIED_MS = 40

/** Sets them all going. @param {Crowd} crowd @returns {Promise<void>} when all have gone home */
export async function runTraffic(crowd) {
  const agents = [
    ...several(3, (index) => ['free', () => caller(crowd, `free-${index}`, 'GET /free', { solve: false })]),
    ...several(2, (index) => ['work', () => caller(crowd, `work-${index}`, 'POST /work', {})]),
    ...several(2, (index) => ['pay', () => caller(crowd, `pay-${index}`, 'POST /paid', paying(crowd))]),
    ...several(2, (index) => [
      'bundle',
      () => caller(crowd, `bundle-${index}`, 'POST /bundle', paying(crowd)),
    ]),
    ...several(1, (index) => [
      'either',
      () => caller(crowd, `either-${index}`, 'POST /either', { ...paying(crowd), solve: true }),
    ]),
    ...several(1, (index) => ['hang up', () => hangUp(crowd, `gone-${index}`)]),
    ...several(1, (index) => ['replay', () => replay(crowd, `replay-${index}`)]),
    ...several(1, (index) => ['mcp', () => model(crowd, `model-${index}`)]),
  ]
  await Promise.all(agents.map(async ([kind, make]) => await repeat(crowd, kind, make())))
}

/**
 * @param {number} count
 * @param {(index: number) => [string, () => () => Promise<string | number>]} make
 */
function several(count, make) {
  return Array.from({ length: count }, (_, index) => make(index))
}

/** @param {Crowd} crowd */
function paying({ purse }) {
  return { solve: false, wallet: purse.wallet, budget: PLENTY, prefer: /** @type {const} */ ('pay') }
}

/** @param {Crowd} crowd @param {string} kind @param {() => Promise<string | number>} call */
async function repeat({ over, count }, kind, call) {
  while (!over.aborted) {
    count(kind, await call().catch((error) => nameOf(error)))
    await pause(20 + Math.random() * 60)
  }
}

/** @param {unknown} error */
function nameOf(error) {
  return error instanceof Error ? error.name : 'fault'
}

/**
 * @param {Crowd} crowd
 * @param {string} name
 * @param {string} what such as `GET /free`
 * @param {import('@turnpike/client').FetchOptions} options
 * @returns {() => Promise<number>} one call
 */
function caller({ urls, purse }, name, what, options) {
  const [method = '', path = ''] = what.split(' ')
  const call = createFetch({ maxWaitMs: 2000, ...options, fetch: purse.fetch })
  let turn = 0
  return async () => {
    turn += 1
    const init = { method, headers: { 'x-caller': name }, signal: AbortSignal.timeout(15_000) }
    const answer = await call(`${urls[turn % urls.length]}${path}`, init)
    await answer.arrayBuffer()
    return answer.status
  }
}

/** Pays, and is gone before the answer. @param {Crowd} crowd @param {string} name */
function hangUp(crowd, name) {
  const { urls, purse } = crowd
  return async () => {
    const call = createFetch({
      ...paying(crowd),
      fetch: async (input, init) => {
        const isPaid = new Request(input, init).headers.has('authorization')
        const signal = isPaid ? AbortSignal.timeout(randomInt(1, HURRIED_MS)) : AbortSignal.timeout(15_000)
        return await purse.fetch(input, { ...init, signal })
      },
    })
    const answer = await call(`${urls[0]}/bundle`, { method: 'POST', headers: { 'x-caller': name } })
    return answer.status
  }
}

/** Shows what it has bought or worked for to both servers at once, again and again. @param {Crowd} crowd @param {string} name */
function replay({ urls, purse }, name) {
  return async () => {
    /** @type {Headers | undefined} */
    let shown
    const call = createFetch({
      fetch: async (input, init) => {
        const { headers } = new Request(input, init)
        if (headers.has('x-pow-solution')) shown = headers
        return shown === undefined ? await purse.fetch(input, init) : new Response(undefined, { status: 204 })
      },
    })
    await call(`${urls[0]}/work`, { method: 'POST', headers: { 'x-caller': name } })
    const headers = shown ?? {}
    const answers = await Promise.all(
      [...urls, ...urls, ...urls].map(async (url) => await fetch(`${url}/work`, { method: 'POST', headers })),
    )
    await Promise.all(answers.map(async (answer) => await answer.arrayBuffer()))
    return answers.filter(({ headers: fields }) => fields.has('turnpike-admission')).length
  }
}

/** A model's client: a tool for sats, then one for work. @param {Crowd} crowd @param {string} name */
function model(crowd, name) {
  let turn = 0
  return async () => {
    turn += 1
    const client = withTurnpike(new Client({ name, version: '1.0.0' }), { ...paying(crowd), solve: true })
    const transport = new StreamableHTTPClientTransport(
      new URL(`${crowd.urls[turn % crowd.urls.length]}/mcp`),
      {
        fetch: crowd.purse.fetch,
        requestInit: { headers: { 'x-caller': name } },
      },
    )
    try {
      await client.connect(transport)
      const { isError } = await client.callTool({
        name: turn % 2 === 0 ? 'dear' : 'hard',
        arguments: { turn },
      })
      return isError === true ? 'refused' : 200
    } finally {
      await client.close()
    }
  }
}
