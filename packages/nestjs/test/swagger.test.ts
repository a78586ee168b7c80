import {
  Ceiling,
  Gated,
  RequirePoW,
  SkipGate,
  TurnpikeGuard,
  type TurnpikeModuleOptions,
} from '@turnpike/nestjs'
import { describe, expect, test } from '@jest/globals'
import { Controller, Delete, Get, HttpCode, Post, type Provider } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { ApiOkResponse, ApiProperty, DocumentBuilder, SwaggerModule } from '@nestjs/swagger'
import { gated, visiting } from './nest-app.ts'

class Cat {
  @ApiProperty({ type: String })
  name = ''
}

@Controller('cats')
@RequirePoW(4)
class CatsController {
  @Get('plain')
  plain() {
    return {}
  }
  @Post('plain')
  create() {
    return {}
  }
  @Delete('plain')
  @HttpCode(204)
  remove() {
    return undefined
  }
  @Get('typed')
  @ApiOkResponse({ type: Cat, description: 'a cat' })
  typed() {
    return new Cat()
  }
  @Get('found')
  found() {
    return [new Cat()]
  }
  @Get('open')
  @SkipGate()
  open() {
    return {}
  }
  @Get('dynamic')
  @Gated(() => ({ free: '60/1m' }))
  dynamic() {
    return {}
  }
  /** What the CLI plugin of @nestjs/swagger adds. */
  static _OPENAPI_METADATA_FACTORY() {
    return { found: { type: [Cat] }, plain: { summary: 'a plain cat' } }
  }
}

@Controller('dogs')
class DogsController {
  @Get('limited')
  @Ceiling('60/1m')
  limited() {
    return {}
  }
  @Get('undecorated')
  undecorated() {
    return {}
  }
}

interface Described {
  readonly description: string
  readonly headers?: Readonly<Record<string, object>>
  readonly content?: Readonly<Record<string, { readonly schema: object }>>
}
type Operation = { readonly responses: Readonly<Record<string, Described>> }
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

async function describedPaths(
  options: TurnpikeModuleOptions = {},
  providers: Provider[] = [],
): Promise<Paths> {
  const metadata = { ...gated([CatsController, DogsController], options), providers }
  return await visiting(metadata, new ExpressAdapter(), async ({ app }) => {
    const document = SwaggerModule.createDocument(app, new DocumentBuilder().build())
    const paths: Paths = JSON.parse(JSON.stringify(document.paths))
    return await Promise.resolve(paths)
  })
}

describe('the description of an operation', () => {
  test.each([
    ['/cats/plain', 'get', ['200', '402', '429']],
    ['/cats/plain', 'post', ['201', '402', '429']],
    ['/cats/plain', 'delete', ['204', '402', '429']],
    ['/cats/typed', 'get', ['200', '402', '429']],
    ['/cats/found', 'get', ['200', '402', '429']],
    ['/cats/dynamic', 'get', ['200', '402', '429']],
    ['/cats/open', 'get', ['200']],
    ['/dogs/limited', 'get', ['200', '429']],
    ['/dogs/undecorated', 'get', ['200']],
  ])('%s %s has %j', async (path, method, statuses) => {
    const paths = await describedPaths()
    expect(Object.keys(paths[path]?.[method]?.responses ?? {})).toEqual(statuses)
  })

  test('keeps what the application says, and what the plugin has found', async () => {
    const paths = await describedPaths()
    const cat = { $ref: '#/components/schemas/Cat' }
    expect(paths['/cats/typed']?.['get']?.responses['200']).toEqual({
      description: 'a cat',
      content: { 'application/json': { schema: cat } },
    })
    expect(paths['/cats/found']?.['get']?.responses['200']?.content).toEqual({
      'application/json': { schema: { type: 'array', items: cat } },
    })
  })

  test('says what a refusal is made of', async () => {
    const paths = await describedPaths()
    const { 402: work, 429: wait } = paths['/cats/plain']?.['get']?.responses ?? {}
    expect(Object.keys(work?.headers ?? {})).toEqual(['WWW-Authenticate', 'Retry-After', 'RateLimit'])
    expect(Object.keys(wait?.headers ?? {})).toEqual(['Retry-After', 'RateLimit'])
    expect(work?.content?.['application/problem+json']?.schema).toMatchObject({
      type: 'object',
      properties: { code: { type: 'string' }, offers: { type: 'array' } },
    })
  })

  test('of an undecorated handler has what a global guard demands of it', async () => {
    const paths = await describedPaths({ policy: { ceiling: '60/1m' } }, [
      { provide: APP_GUARD, useClass: TurnpikeGuard },
    ])
    expect(Object.keys(paths['/dogs/undecorated']?.['get']?.responses ?? {})).toEqual(['200', '429'])
  })
})
