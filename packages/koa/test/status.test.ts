import { describe, expect, test } from '@jest/globals'
import { asking, KOA_MAJORS, quietGate } from './koa-app.ts'

describe.each(KOA_MAJORS)('on %s, the status', (_name, Koa) => {
  test('is served to those whom authorize lets in, through the middleware outside', async () => {
    const { status, ceiling } = quietGate()
    const limit = ceiling('9/1m', { name: 'all' })
    const show = status({ authorize: (ctx) => ctx.get('authorization') === 'operator' })
    const app = new Koa()
      .use(async (ctx, next) => {
        await next()
        ctx.set('x-seen', String(ctx.status))
      })
      .use(async (ctx, next) => {
        if (ctx.path === '/ops') await show(ctx, next)
        else await next()
      })
      .use(limit)
      .use((ctx) => void (ctx.body = 'found'))
    await asking(app, async (client) => {
      await client.send({ path: '/search' })
      const refused = await client.send({ path: '/ops' })
      expect([refused.status, refused.field('x-seen')]).toEqual([403, '403'])
      const allowed = await client.send({ path: '/ops', headers: { authorization: 'operator' } })
      expect([allowed.status, allowed.field('content-type'), allowed.json()]).toMatchObject([
        200,
        expect.stringMatching(/^application\/json/),
        { version: 1, policies: [{ policy: 'all', admitted: { free: 1 } }] },
      ])
    })
  })

  test('is not mounted without authorize', () => {
    expect(() => quietGate().status({} as never)).toThrow(/\(status_unguarded: /)
  })
})
