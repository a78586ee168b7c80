import { describe, expect, test } from '@jest/globals'
import { asking, KOA_MAJORS, quietGate } from './koa-app.ts'

const XFF = { 'X-Forwarded-For': '6.6.6.6, 203.0.113.9' }

describe.each(KOA_MAJORS)('on %s, a gate', (_name, Koa) => {
  test.each([
    [{ proxy: true }, ['trust_proxy_spoofable']],
    [{ proxy: true, maxIpsCount: 0 }, ['trust_proxy_spoofable']],
    [{ proxy: true, maxIpsCount: 1 }, []],
    [{ proxy: true, proxyIpHeader: 'X-Real-IP' }, []],
    [{ proxy: false }, []],
  ])('of an application with %j warns %j, once', async (options, expected) => {
    const { ceiling, warnings } = quietGate()
    const app = new Koa(options).use(ceiling('9/1m'))
    await asking(app, async (client) => {
      await client.send({ path: '/', headers: XFF })
      await client.send({ path: '/', headers: XFF })
    })
    expect(warnings).toEqual(expected)
  })
})
