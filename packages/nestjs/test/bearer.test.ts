import type { Admission } from '@turnpike/core'
import { Admitted, FreeAllowance, RequireBearer } from '@turnpike/nestjs'
import { describe, expect, test } from '@jest/globals'
import { Controller, Get } from '@nestjs/common'
import { gated, PLATFORMS, visiting } from './nest-app.ts'
import { sampleTokens } from './sample-tokens.ts'

@Controller()
@RequireBearer()
class TokenController {
  @Get('any')
  any(@Admitted() { way, caller }: Admission) {
    return { way, class: caller.class }
  }
  @Get('narrow')
  @RequireBearer({ scope: 'search admin' })
  narrow() {
    return {}
  }
  @Get('free')
  @FreeAllowance('1/1h')
  free() {
    return {}
  }
  @Get('own')
  @RequireBearer({ source: sampleTokens() })
  own() {
    return {}
  }
}

describe.each(PLATFORMS)('@RequireBearer on %s', (_name, platform) => {
  const app = () => gated([TokenController], { identities: [sampleTokens()] })
  const showing = (path: string, granted: string) => ({
    path,
    headers: { authorization: `Bearer ${granted}` },
  })

  test('admits by a token of the gate, asks for one, and says what it must grant (R32)', async () => {
    await visiting(app(), platform(), async ({ send }) => {
      expect((await send(showing('/any', 'search'))).json()).toEqual({ way: 'bearer', class: 'agent' })
      expect((await send('/any')).status).toBe(401)
      const narrow = await send(showing('/narrow', 'search'))
      expect([narrow.status, narrow.field('www-authenticate')]).toEqual([403, 'Bearer scope="search admin"'])
      expect((await send(showing('/narrow', 'admin+search'))).status).toBe(200)
    })
  })

  test('comes after a free allowance, and may bring a source of its own', async () => {
    await visiting(app(), platform(), async ({ send }) => {
      expect([(await send('/free')).status, (await send('/free')).status]).toEqual([200, 401])
      expect((await send(showing('/own', 'anything'))).status).toBe(200)
    })
  })

  test('serves the metadata outside the global prefix', async () => {
    await visiting(
      app(),
      platform(),
      async ({ send }) => {
        const served = await send('/.well-known/oauth-protected-resource')
        expect(served.json()).toEqual({ resource: 'https://api.example.com' })
        expect((await send('/v1/any')).status).toBe(401)
      },
      (made) => void made.setGlobalPrefix('v1'),
    )
  })
})
