/** The conformance suite of MCP, against a server of our own: gated or not, it must find the same. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createGate, pow } from '@turnpike/core'
import { gateMcpServer, type McpGateOptions, RECEIPT_META } from '@turnpike/mcp'
import { openFixtureHost } from './servers/fixture-host.js'
import { comparable, type Report, runSuite } from './suite.ts'

const FREE = { '*': { free: '100000/1m' } } as const
const gate = createGate({ secret: 'a secret of the tests, long enough to be one', log: () => undefined })

async function reportOf(options?: McpGateOptions, ...suite: readonly string[]): Promise<Report> {
  const host = await openFixtureHost((server) =>
    options === undefined ? server : gateMcpServer(server, gate, options),
  )
  const report = await runSuite(host.url, ...suite)
  host.close()
  return report
}

describe('the MCP conformance suite', () => {
  let plain: Report
  let gated: Report
  beforeAll(async () => {
    const free = { tools: FREE, resources: FREE, prompts: FREE }
    ;[plain, gated] = await Promise.all([
      reportOf(undefined, '--suite', 'all'),
      reportOf(free, '--suite', 'all'),
    ])
  })
  afterAll(async () => {
    await gate.close()
  })

  const outcomes = (report: Report) =>
    Object.entries(report).flatMap(([scenario, checks]) =>
      checks.map(({ id, status }) => `${scenario} ${id} ${status}`),
    )

  test('finds no fault in the fixtures', () => {
    expect(Object.keys(plain).length).toBeGreaterThan(30)
    expect(outcomes(plain).filter((line) => line.endsWith('FAILURE'))).toEqual([])
    expect(outcomes(plain).filter((line) => line.endsWith('SUCCESS')).length).toBeGreaterThan(40)
  })

  test('finds the same, check by check, behind a gate', () => {
    expect(outcomes(gated)).toEqual(outcomes(plain))
  })

  test('sees the same answers behind a gate, receipts aside', () => {
    expect(JSON.stringify(gated)).toContain(RECEIPT_META)
    expect(JSON.stringify(plain)).not.toContain(RECEIPT_META)
    expect(comparable(gated)).toEqual(comparable(plain))
  })

  test('passes a refusal for an answer, which only the comparison tells', async () => {
    const scenario = 'tools-call-simple-text'
    const priced = await reportOf({ tools: { '*': { require: pow(4) } } }, '--scenario', scenario)
    expect(outcomes(priced)).toEqual([`${scenario} ${scenario} SUCCESS`])
    expect(comparable(priced)).not.toEqual(comparable({ [scenario]: plain[scenario] ?? [] }))
  })
})
