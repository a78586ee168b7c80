import {
  Ceiling,
  createGate,
  FreeAllowance,
  Gated,
  RequireAnyOf,
  RequirePoW,
  RequireBearer,
  RequireSats,
  SkipGate,
  TurnpikeError,
  TurnpikeGuard,
  TurnpikeModule,
  pow,
  sats,
} from '@turnpike/nestjs'
import { describe, expect, test } from '@jest/globals'
import {
  Controller,
  Get,
  Module,
  UseGuards,
  type CanActivate,
  type ModuleMetadata,
  type Type,
} from '@nestjs/common'
import { APP_GUARD, NestFactory } from '@nestjs/core'
import { bootError, gated, quietModule, SECRET } from './nest-app.ts'
import { sampleTokens } from './sample-tokens.ts'

/** A decorator that puts a function of its own in place of the method. */
const Wrapped: MethodDecorator = (_target, _key, descriptor) => {
  Object.assign(descriptor, { value: () => ({}) })
}

/** The same, by an author who knows of metadata. */
const Careful: MethodDecorator = (_target, _key, descriptor) => {
  const method: object = Object(descriptor.value)
  const wrapper = () => ({})
  for (const name of Reflect.getMetadataKeys(method)) {
    const value: unknown = Reflect.getMetadata(name, method)
    Reflect.defineMetadata(name, value, wrapper)
  }
  Object.assign(descriptor, { value: wrapper })
}

class AuthGuard implements CanActivate {
  canActivate(): boolean {
    return true
  }
}

/** A controller whose `get` bears the decorators, highest first; `@Get()` stands above them all. */
function controller(decorators: readonly MethodDecorator[], onClass: readonly ClassDecorator[] = []): Type {
  class CatsController {
    get() {
      return {}
    }
  }
  decorate(CatsController, [Get(), ...decorators])
  for (const decorator of onClass.toReversed()) decorator(CatsController)
  Controller('cats')(CatsController)
  return CatsController
}

function decorate(host: Type, decorators: readonly MethodDecorator[]): void {
  const prototype: object = host.prototype
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'get') ?? {}
  for (const decorator of decorators.toReversed()) decorator(prototype, 'get', descriptor)
  Object.defineProperty(prototype, 'get', descriptor)
}

/** A controller whose method, decorated so, overrides a gated handler of its parent's. */
function overridingWith(decorators: readonly MethodDecorator[]): Type {
  class CatsController {
    get() {
      return {}
    }
  }
  decorate(CatsController, [Get(), RequirePoW(4)])
  class LionsController extends CatsController {
    override get() {
      return {}
    }
  }
  decorate(LionsController, decorators)
  Controller('lions')(LionsController)
  return LionsController
}

const isNamed = (code: string, ...words: readonly string[]) =>
  expect.objectContaining({
    name: 'TurnpikeError',
    code,
    message: expect.stringMatching(new RegExp(words.map((word) => `(?=.*${word})`).join(''))),
  })

const misspelt: object = { secrets: [SECRET] }

/** What `callerFromUser` needs. */
const users = { callerFromUser: () => undefined }

describe('an application does not start', () => {
  test.each<[string, ModuleMetadata, unknown]>([
    [
      'without the module',
      { controllers: [controller([RequirePoW(4)])] },
      isNamed('module_missing', 'CatsController\\.get', 'TurnpikeModule\\.forRoot'),
    ],
    [
      'with the module twice',
      { imports: [quietModule(), quietModule({ name: 'other' })] },
      isNamed('module_twice', 'forRoot\\(\\) once'),
    ],
    [
      'with a wrapper between the route and its gate',
      gated([controller([Wrapped, RequirePoW(4)])]),
      isNamed('gate_lost', 'CatsController\\.get', 'to the top'),
    ],
    [
      'with a wrapper around a class-level exemption taken back',
      gated([controller([Wrapped, SkipGate(false)], [RequirePoW(4), SkipGate(false)])]),
      isNamed('gate_lost', 'CatsController\\.get'),
    ],
    [
      'with two requirements on a method',
      gated([controller([RequirePoW(4), RequireSats(10)])]),
      isNamed('two_requirements', 'CatsController\\.get', '@RequirePoW and @RequireSats', '@RequireAnyOf'),
    ],
    [
      'with two requirements on a class',
      gated([controller([], [RequirePoW(4), Gated({ require: pow(5) })])]),
      isNamed('two_requirements', 'CatsController\\.get', '@RequireAnyOf'),
    ],
    [
      'with sats and no backend',
      gated([controller([RequireSats(10)])]),
      isNamed('rail_missing', 'CatsController\\.get', 'Lightning backend', '`lightning`'),
    ],
    [
      'with a bearer requirement, and a gate that takes no tokens',
      gated([controller([RequireBearer()])]),
      isNamed('requirement_invalid', 'CatsController\\.get', '`identities`', 'accessTokens'),
    ],
    [
      'with two kinds of tokens, and a requirement that names neither',
      gated([controller([RequireBearer()])], { identities: [sampleTokens(), sampleTokens()] }),
      isNamed('requirement_invalid', 'CatsController\\.get', 'one only'),
    ],
    [
      'with sats among others and no backend',
      gated([controller([RequireAnyOf(pow(4), sats(10))])]),
      isNamed('rail_missing', 'CatsController\\.get', 'Lightning backend'),
    ],
    [
      'with an exemption beside a requirement',
      gated([controller([SkipGate(), RequirePoW(4)])]),
      isNamed('option_invalid', 'CatsController\\.get', '@SkipGate'),
    ],
    [
      'with two allowances on one target',
      gated([controller([FreeAllowance('1/1m'), FreeAllowance('2/1m')])]),
      isNamed('option_invalid', 'CatsController\\.get', "'free'"),
    ],
    [
      'with a window that is none',
      gated([controller([Ceiling({ limit: 0, windowMs: 1 })])]),
      isNamed('option_invalid', 'CatsController\\.get', 'ceiling'),
    ],
    [
      'with a gate that demands nothing',
      gated([controller([Ceiling(false)], [Ceiling('1/1m')])]),
      isNamed('option_invalid', 'CatsController\\.get', '@SkipGate'),
    ],
    [
      'with nothing to put back behind the gate',
      gated([controller([SkipGate(false)])]),
      isNamed('option_invalid', 'CatsController\\.get'),
    ],
    ['with an option that does not exist', gated([], misspelt), isNamed('option_unknown', "'secret'")],
    [
      'with a gate and options for another',
      { imports: [TurnpikeModule.forRoot({ gate: createGate({ secret: SECRET }), name: 'other' })] },
      isNamed('option_invalid', 'name', 'createGate'),
    ],
  ])('%s', async (_what, metadata, expected) => {
    expect(await bootError(metadata)).toEqual(expected)
  })

  test('when a subclass overrides a gated handler without a gate', async () => {
    expect(await bootError(gated([overridingWith([Get()])]))).toEqual(
      isNamed('gate_lost', 'LionsController\\.get', 'override'),
    )
  })

  test('when the module is not global and a gated one does not import it', async () => {
    @Module({ controllers: [controller([RequirePoW(4)])] })
    class CatsModule {}
    const imports = [TurnpikeModule.forRoot({ secret: SECRET, isGlobal: false }), CatsModule]
    expect(await bootError({ imports })).toEqual(isNamed('module_missing', 'import it there too'))
  })

  test('in NestFactory.create, before anything listens', async () => {
    @Module(gated([controller([RequireSats(1)])]))
    class AppModule {}
    await expect(
      NestFactory.create(AppModule, { logger: false, abortOnError: false }),
    ).rejects.toBeInstanceOf(TurnpikeError)
  })
})

describe('a caller named by request.user stops an application', () => {
  const auth = UseGuards(AuthGuard)
  const globalAuth = { provide: APP_GUARD, useClass: AuthGuard }
  const globalGate = { provide: APP_GUARD, useExisting: TurnpikeGuard }

  test.each<[string, ModuleMetadata]>([
    ['the method has the guard above the gate', gated([controller([auth, RequirePoW(4)])], users)],
    ['the class has the gate and the method the guard', gated([controller([auth], [RequirePoW(4)])], users)],
    ['the class has the guard above the gate', gated([controller([], [auth, RequirePoW(4)])], users)],
    [
      'the gate is global and the guard is not',
      { ...gated([controller([auth, RequirePoW(4)])], users), providers: [globalGate] },
    ],
  ])('where %s', async (_where, metadata) => {
    expect(await bootError(metadata)).toEqual(isNamed('guard_order', 'CatsController\\.get', 'AuthGuard'))
  })

  test.each<[string, ModuleMetadata]>([
    ['the guard stands below the gate', gated([controller([RequirePoW(4), auth])], users)],
    ['the class has the guard', gated([controller([RequirePoW(4)], [auth])], users)],
    ['the guard is global', { ...gated([controller([RequirePoW(4)])], users), providers: [globalAuth] }],
    [
      'both are global, the guard first',
      { ...gated([controller([RequirePoW(4)])], users), providers: [globalAuth, globalGate] },
    ],
    ['there is no other guard', gated([controller([RequirePoW(4)])], users)],
    [
      'a middleware sets the user',
      gated([controller([auth, RequirePoW(4)])], { ...users, userSetBy: 'middleware' }),
    ],
    ['the caller is not named by it', gated([controller([auth, RequirePoW(4)])])],
  ])('not where %s', async (_where, metadata) => {
    expect(await bootError(metadata)).toBeUndefined()
  })
})

describe('an application starts', () => {
  test.each<[string, ModuleMetadata]>([
    ['with a wrapper below the gate', gated([controller([RequirePoW(4), Wrapped])])],
    ['with a wrapper that takes all metadata along', gated([controller([Careful, RequirePoW(4)])])],
    [
      'with one gate imported in two places',
      (() => {
        const gate = quietModule()
        @Module({ imports: [gate], controllers: [controller([RequirePoW(4)])] })
        class CatsModule {}
        return { imports: [gate, CatsModule] }
      })(),
    ],
    ['without a gate, and without the module', { controllers: [controller([])] }],
  ])('%s', async (_what, metadata) => {
    expect(await bootError(metadata)).toBeUndefined()
  })

  test('with methods of a subclass that are handlers no more', async () => {
    expect(await bootError(gated([overridingWith([])]))).toBeUndefined()
  })
})
