import { type AllOf, type Leaf, type PolicyOptions, waysOf } from '@turnpike/core'
import { isObject, type JsonObject, withMeta } from './json-rpc.ts'
import type { McpPolicy, PolicyTable } from './policy-table.ts'
import { PRICE_META } from './wire-names.ts'

/** What `tools/list` says about a tool: in `_meta`, and where wanted in the description. */
export interface Price extends JsonObject {
  /** Calls that cost nothing, as the operator wrote it. */
  readonly free?: unknown
  /** Any one of these, once the free calls are used up. */
  readonly ways?: readonly JsonObject[]
  /** It depends on the arguments: the refusal says it. */
  readonly varies?: true
}

/** How lists are changed. */
export interface Listing {
  /** Name of the argument to show; undefined: none. */
  readonly argument: string | undefined
  readonly describePrices: boolean
}

/** A result of `tools/list` with prices. Anything else comes back as it was. */
export function priceTools(result: unknown, table: PolicyTable, listing: Listing): unknown {
  if (!isObject(result) || !Array.isArray(result['tools'])) return result
  return { ...result, tools: result['tools'].map((tool: unknown) => priceTool(tool, table, listing)) }
}

function priceTool(tool: unknown, table: PolicyTable, listing: Listing): unknown {
  if (!isObject(tool) || typeof tool['name'] !== 'string') return tool
  const written = table.writtenFor('tool', tool['name'])
  if (written === undefined) return tool
  const price = priceOf(written)
  const priced = withMeta(tool, PRICE_META, price)
  const takesCredential = price.varies === true || price.ways !== undefined
  const withArgument =
    takesCredential && listing.argument !== undefined ? addArgument(priced, listing.argument) : priced
  return listing.describePrices ? describe(withArgument, price) : withArgument
}

function priceOf(written: McpPolicy): Price {
  if (typeof written === 'function') return { varies: true }
  const { free, require } = written satisfies PolicyOptions
  return {
    ...(free === undefined ? {} : { free }),
    ...(require === undefined ? {} : { ways: waysOf(require).map(wayOf) }),
  }
}

/** The numbers among a rail's terms: difficulty, sats, uses. A price that is a function depends on the arguments. */
function wayOf(way: Leaf | AllOf): JsonObject {
  if ('allOf' in way) return { ...wayOf(way.allOf[1]), identity: true }
  const { rail, terms } = way
  const { amountSats, ...others } = isObject(terms) ? terms : {}
  const named = amountSats === undefined ? others : { sats: amountSats, ...others }
  const numbers = Object.entries(named).filter(([, term]) => typeof term === 'number')
  return {
    rail,
    ...Object.fromEntries(numbers),
    ...(typeof amountSats === 'function' ? { varies: true } : {}),
  }
}

/** A tool that has such an argument of its own keeps it. */
function addArgument(tool: JsonObject, argument: string): JsonObject {
  const schema = tool['inputSchema']
  if (!isObject(schema)) return tool
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  if (Object.hasOwn(properties, argument)) return tool
  const added = { ...properties, [argument]: { type: 'string', description: ARGUMENT_DESCRIPTION } }
  return { ...tool, inputSchema: { ...schema, properties: added } }
}

const ARGUMENT_DESCRIPTION =
  'Leave out on the first call. If the call is refused, the answer says what may stand here.'

function describe(tool: JsonObject, price: Price): JsonObject {
  const line = `[${wordPrice(price)}]`
  const said = tool['description']
  return { ...tool, description: typeof said === 'string' && said !== '' ? `${said} ${line}` : line }
}

function wordPrice({ free, ways = [], varies }: Price): string {
  if (varies === true) return 'Metered: the price depends on the arguments'
  const parts = [
    ...(free === undefined ? [] : [`${typeof free === 'string' ? free : JSON.stringify(free)} free`]),
    ...(ways.length === 0 ? [] : [ways.map(wordWay).join(' or ')]),
  ]
  return `Metered: ${parts.length === 0 ? 'no price' : parts.join(', then ')}`
}

function wordWay({ identity, ...way }: JsonObject): string {
  return identity === true ? `an access token and ${wordRail(way)}` : wordRail(way)
}

function wordRail({ rail, difficulty, sats, varies }: JsonObject): string {
  if (varies === true) return 'sats, depending on the arguments'
  if (typeof difficulty === 'number') return `proof of work of difficulty ${difficulty}`
  if (typeof sats === 'number') return `${sats} sats`
  return rail === 'bearer' ? 'an access token' : String(rail)
}
