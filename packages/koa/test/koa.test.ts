import { Router } from '@koa/router'
import { describe, expect, test } from '@jest/globals'
import { pow } from '@turnpike/koa'
import type { Middleware } from 'koa'
import mount from 'koa-mount'
import { once } from 'node:events'
import { asking, KOA_MAJORS, quietGate, type Served } from './koa-app.ts'

const ok: Middleware = (ctx) => {
  ctx.body = { way: ctx.state.turnpike?.way ?? null }
}

describe.each(KOA_MAJORS)('on %s', (_name, Koa) => {
  describe('what is thrown', () => {
    test.each([
      ['an error', new Error('broken')],
      ['a frozen error', Object.freeze({ message: 'frozen' })],
      ['a text', 'broken'],
    ])('be it %s, leaves the fields of all policies on the answer', async (_what, thrown) => {
      const { ceiling } = quietGate()
      const app = new Koa().use(ceiling('5/1m', { name: 'outer' })).use(ceiling('5/1m', { name: 'inner' }))
      app.silent = true
      app.on('error', () => undefined)
      app.use(() => {
        throw thrown
      })
      const answer = await asking(app, async (client) => await client.send({ path: '/' }))
      expect(answer.status).toBe(500)
      expect(answer.field('RateLimit')).toMatch(/"outer ceiling".*"inner ceiling"/)
      expect(answer.field('Turnpike-Admission')).toBe('free')
    })

    test('keeps what the error itself says in its headers', async () => {
      const { ceiling } = quietGate()
      const app = new Koa()
        .use(ceiling('5/1m'))
        .use((ctx) => ctx.throw(418, { headers: { 'X-Tea': 'green' } }))
      const answer = await asking(app, async (client) => await client.send({ path: '/' }))
      expect([answer.status, answer.field('X-Tea'), answer.field('Turnpike-Admission')]).toEqual([
        418,
        'green',
        'free',
      ])
    })
  })

  describe('a refusal', () => {
    test('passes through the middleware around the gate, which sees its status and may add fields', async () => {
      const { protect } = quietGate()
      const app = new Koa()
      app.use(async (ctx, next) => {
        await next()
        ctx.set('X-Seen', `${ctx.status} ${ctx.type}`)
      })
      app.use(protect(pow(4))).use(ok)
      const answer = await asking(app, async (client) => await client.send({ path: '/' }))
      expect([answer.status, answer.field('X-Seen')]).toEqual([402, '402 application/problem+json'])
      expect(answer.json()).toMatchObject({ code: 'proof_required' })
    })

    test('is sent where the application has told Koa not to', async () => {
      const { protect } = quietGate()
      const app = new Koa()
      app.use(async (ctx, next) => {
        ctx.respond = false
        await next()
      })
      app.use(protect(pow(4))).use(ok)
      const answer = await asking(app, async (client) => await client.send({ path: '/' }))
      expect([answer.status, answer.field('WWW-Authenticate')]).toEqual([402, expect.stringMatching(/^PoW /)])
    })

    test('throws nothing: the application hears of no error', async () => {
      const { protect } = quietGate()
      const errors: unknown[] = []
      const app = new Koa().use(protect(pow(4))).on('error', (error) => errors.push(error))
      await asking(app, async (client) => await client.send({ path: '/' }))
      expect(errors).toEqual([])
    })
  })

  describe('an answer sent around Koa', () => {
    test('has its fields, and ends when its last byte is out', async () => {
      const { gate, ceiling } = quietGate()
      const ended = new Promise((resolve) => {
        gate.on('ended', resolve)
      })
      const app = new Koa().use(ceiling('5/1m', { name: 'raw' })).use((ctx) => {
        ctx.respond = false
        ctx.res.writeHead(203)
        ctx.res.write('half ')
        setTimeout(() => ctx.res.end('done'), 50)
      })
      const answer = await asking(app, async (client) => await client.send({ path: '/' }))
      expect([answer.status, answer.text, answer.field('Turnpike-Admission')]).toEqual([
        203,
        'half done',
        'free',
      ])
      expect(await ended).toMatchObject({ ending: 'completed', status: 203 })
    })

    test('R31 is an abort when its client leaves, and no error of the application', async () => {
      const { gate, ceiling } = quietGate()
      const errors: unknown[] = []
      const app = new Koa().use(ceiling('5/1m')).on('error', (error) => errors.push(error))
      const started = new Promise((resolve) => {
        app.use(async (ctx) => {
          resolve(ctx)
          await once(ctx.res, 'close')
        })
      })
      const ended = new Promise((resolve) => {
        gate.on('ended', resolve)
      })
      await asking(app, async (client) => {
        const { abort } = client.open({ path: '/' })
        await started
        abort()
        expect(await ended).toMatchObject({ ending: 'aborted' })
      })
      expect(errors).toEqual([])
    })
  })

  describe('a challenge without a name', () => {
    const resourceAt = async (app: Served, path: string): Promise<unknown> => {
      const answer = await asking(app, async (client) => await client.send({ path }))
      return /"resource":"([^"]*)"/.exec(answer.text)?.[1]
    }

    test('is bound to the pattern of the route, with the prefixes of all routers', async () => {
      const { protect } = quietGate()
      const inner = new Router().get('/items/:id', protect(pow(4)), ok)
      const outer = new Router({ prefix: '/tenants/:tenant' }).use('/v1', inner.routes())
      const app = new Koa().use(outer.routes())
      expect(await resourceAt(app, '/tenants/7/v1/items/9?x=1')).toBe('GET /tenants/:tenant/v1/items/:id')
    })

    test("is bound to the gate's own route, though a later one matches too", async () => {
      const { protect } = quietGate()
      const router = new Router().get('/items/:id', protect(pow(4)), ok).get('/{*rest}', ok)
      expect(await resourceAt(new Koa().use(router.routes()), '/items/9')).toBe('GET /items/:id')
    })

    test.each([
      ['without a router', (gate: Middleware) => gate],
      [
        'in the use() of a router',
        (gate: Middleware) => new Router().use(gate).get('/v1/items/9', ok).routes(),
      ],
      ['on a regular expression', (gate: Middleware) => new Router().get(/^\/v1\/items/, gate, ok).routes()],
      [
        'below koa-mount',
        (gate: Middleware) => mount('/v1', new Router().get('/items/:id', gate, ok).routes()),
      ],
    ])('%s is bound to the path as sent', async (_where, wrap) => {
      const { protect } = quietGate()
      const app = new Koa().use(wrap(protect(pow(4))))
      expect(await resourceAt(app, '/v1/items/9?x=1')).toBe('GET /v1/items/9')
    })
  })
})
