import { describe, expect, test } from '@jest/globals'
import type { Middleware } from 'koa'
import { asking, KOA_MAJORS, quietGate } from './koa-app.ts'

const XFF = { 'X-Forwarded-For': '6.6.6.6, 203.0.113.9' } // and no X-Real-IP

describe.each(KOA_MAJORS)('on %s, a gate', (_name, Koa) => {
  test.each([
    [{ proxy: true }, ['trust_proxy_spoofable']],
    [{ proxy: true, maxIpsCount: 0 }, ['trust_proxy_spoofable']],
    [{ proxy: true, maxIpsCount: 1 }, []],
    [{ proxy: true, proxyIpHeader: 'X-Real-IP' }, ['trust_proxy_missing']],
    [{ proxy: false }, ['trust_proxy_missing']],
  ])('of an application with %j warns %j, once', async (options, expected) => {
    const { ceiling, warnings } = quietGate()
    const app = new Koa(options).use(ceiling('9/1m'))
    await asking(app, async (client) => {
      await client.send({ path: '/', headers: XFF })
      await client.send({ path: '/', headers: XFF })
    })
    expect(warnings).toEqual(expected)
  })

  test.each(['protect', 'ceiling', 'endpoints'] as const)(
    'whose %s is taken for middleware answers 500 and says what to write',
    async (maker) => {
      const taken: unknown = quietGate()[maker]
      const app = new Koa().use(taken as Middleware)
      const thrown: unknown[] = []
      app.on('error', (error) => thrown.push(error))
      const answer = await asking(app, async (client) => await client.send({ path: '/' }))
      expect([answer.status, thrown]).toEqual([
        500,
        [expect.objectContaining({ message: expect.stringContaining(`write ${maker}(`) })],
      ])
    },
  )
})
