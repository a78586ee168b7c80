import {
  anyOf,
  type CeilingOptions,
  pow,
  type ProtectOptions,
  type Requirement,
  type Windows,
} from '@turnpike/core'
import { token } from './token-source.ts'
import { voucher } from './voucher-rail.ts'

/** Options that both `protect` and `ceiling` take, and what else one of them takes. */
export type ScenarioPolicy =
  | { readonly kind: 'protect'; readonly require: Requirement; readonly options: ProtectOptions }
  | { readonly kind: 'ceiling'; readonly windows: Windows; readonly options: CeilingOptions }
  /** A ceiling of a second gate. */
  | { readonly kind: 'foreign'; readonly windows: Windows; readonly options: { readonly name: string } }

/** Flat and without a quota: the suite works for many calls in a row. */
const work = pow(1, { adaptive: { max: 1 }, quota: false })
const sold = anyOf(work, voucher)

/** Windows long enough not to move during a test, but for `brief`. */
export const SCENARIO_POLICIES = {
  open: { kind: 'ceiling', windows: '1000/1m', options: { name: 'open' } },
  limited: { kind: 'ceiling', windows: '2/1h', options: { name: 'limited' } },
  brief: { kind: 'ceiling', windows: '2/1s', options: { name: 'brief' } },
  paid: { kind: 'protect', require: work, options: { name: 'paid' } },
  sold: { kind: 'protect', require: sold, options: { name: 'sold' } },
  /** Without a name: windows by route or place, challenges by route or path. */
  sampled: { kind: 'protect', require: work, options: { free: '3/1m' } },
  first: { kind: 'protect', require: work, options: {} },
  second: { kind: 'protect', require: work, options: {} },
  outer: { kind: 'ceiling', windows: '1/1m', options: { name: 'outer' } },
  inner: { kind: 'protect', require: work, options: { name: 'inner' } },
  twice: { kind: 'ceiling', windows: '2/1m', options: { name: 'twice' } },
  metered: {
    kind: 'ceiling',
    windows: '1000/1m',
    options: { name: 'metered', meters: { tokens: { limit: '100/1m', estimate: 10 } } },
  },
  crowded: { kind: 'ceiling', windows: '1000/1m', options: { name: 'crowded', inFlight: 1 } },
  exempting: { kind: 'protect', require: work, options: { name: 'exempting', skip: isExempt } },
  identified: { kind: 'protect', require: token, options: { name: 'identified' } },
  foreign: { kind: 'foreign', windows: '1000/1m', options: { name: 'foreign' } },
} as const satisfies Readonly<Record<string, ScenarioPolicy>>

/** The names of all policies. */
export type ScenarioPolicyName = keyof typeof SCENARIO_POLICIES

/** What a handler of the scenario does: see `scenario-replies.ts`. */
export type ScenarioReplyName =
  | 'admission'
  | 'empty'
  | 'unchanged'
  | 'invalid'
  | 'missing'
  | 'broken'
  | 'events'
  | 'download'
  | 'brokenDownload'
  | 'late'
  | 'cached'
  | 'secret'
  | 'disappointing'
  | 'metering'

/** One route, with the gates before it. */
export interface ScenarioRoute {
  readonly method: 'GET' | 'POST'
  /** Mount prefix of the router it belongs to, where the framework has such. */
  readonly mount?: string
  /** Pattern below the mount; `:name` is a parameter. */
  readonly path: string
  /** Outermost first. */
  readonly policies: readonly ScenarioPolicyName[]
  readonly reply: ScenarioReplyName
  /** Is a JSON body parsed before the gate? */
  readonly parsed?: boolean
}

const get = (path: string, policies: ScenarioRoute['policies'], reply: ScenarioReplyName): ScenarioRoute => ({
  method: 'GET',
  path,
  policies,
  reply,
})

/** Every handler that ends in its own way, once behind a plain ceiling and once behind a paid requirement. */
const ENDINGS: readonly ScenarioReplyName[] = [
  'admission',
  'empty',
  'unchanged',
  'invalid',
  'missing',
  'broken',
  'events',
  'download',
  'brokenDownload',
  'late',
  'disappointing',
  'cached',
  'secret',
]

/** All routes. */
export const SCENARIO_ROUTES: readonly ScenarioRoute[] = [
  ...ENDINGS.map((reply) => get(`/open/${reply}`, ['open'], reply)),
  ...ENDINGS.map((reply) => get(`/sold/${reply}`, ['sold'], reply)),
  get('/limited', ['limited'], 'admission'),
  get('/brief', ['brief'], 'admission'),
  get('/paid', ['paid'], 'admission'),
  get('/sampled', ['sampled'], 'admission'),
  get('/items/:id', ['sampled'], 'admission'),
  { ...get('/x', ['first'], 'admission'), mount: '/a' },
  { ...get('/x', ['second'], 'admission'), mount: '/b' },
  get('/nested', ['outer', 'inner'], 'admission'),
  get('/twice', ['twice', 'twice'], 'admission'),
  get('/metered', ['metered'], 'metering'),
  get('/crowded', ['crowded'], 'download'),
  get('/clash', ['paid', 'inner'], 'admission'),
  get('/exempting', ['exempting'], 'admission'),
  get('/identified', ['identified'], 'admission'),
  get('/two-gates', ['open', 'foreign'], 'admission'),
  { method: 'POST', path: '/upload', policies: ['paid'], reply: 'admission' },
  { method: 'POST', path: '/rpc', policies: ['paid'], reply: 'admission', parsed: true },
]

/** What the exempting policy leaves alone; a broken one is the operator's own mistake. */
async function isExempt(view: { header(name: string): string | undefined }): Promise<boolean> {
  const wish = await Promise.resolve(view.header('x-exempt'))
  if (wish === 'broken') throw new Error("the operator's own function broke")
  return wish === 'yes'
}
