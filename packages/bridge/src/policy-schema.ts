import { z } from 'zod'
import { lightningSchema } from './lightning-schema.ts'

/** What a policy file may say (docs/bridge.md#policy-files). `policy.schema.json` is made of this. */

const unit = z.enum(['ms', 's', 'm', 'h', 'd'])

const duration = z
  .templateLiteral([z.number(), unit], { error: "write a number and a unit: '30s', '5m', '1h'" })
  .meta({ id: 'duration', description: "A length of time: a number and ms, s, m, h or d, such as '5m'." })

const windowText = z
  .templateLiteral([z.int(), '/', z.number(), unit], { error: "write '60/1m' for 60 calls in any minute" })
  .meta({ description: "A sliding window: '60/1m' is 60 calls in any interval of one minute." })

const windowSpec = z.strictObject({
  limit: z.int().min(1).meta({ description: 'Most calls in any interval of windowMs.' }),
  windowMs: z.int().min(1).meta({ description: 'Length in milliseconds.' }),
})

const windows = z
  .union([windowText, windowSpec, z.array(z.union([windowText, windowSpec])).min(1)])
  .meta({ id: 'windows', description: 'One window, or several that must all fit.' })

const work = z.strictObject({
  pow: z
    .union([z.number().min(0.25).max(8), z.strictObject({ bits: z.number().min(1).max(32) })])
    .meta({ description: 'Leading zero hex digits (4: about 65,536 hashes), or { "bits": 18 }.' }),
  count: z
    .int()
    .min(1)
    .max(16)
    .exactOptional()
    .meta({ description: 'Nonces that share the work (default 1).' }),
  uses: z.int().min(1).exactOptional().meta({ description: 'Calls that one solution admits (default 1).' }),
  validFor: duration.exactOptional(),
  bind: z.enum(['auto', 'caller', 'none']).exactOptional(),
  quota: z
    .union([z.literal(false), windows])
    .exactOptional()
    .meta({ description: "Calls per caller that work may buy (default '60/1m'); false lifts it." }),
  adaptive: z
    .union([z.literal(false), z.strictObject({ max: z.number().min(0.25).max(8) })])
    .exactOptional()
    .meta({ description: 'Harder for callers with many recent calls, up to max; false keeps it flat.' }),
})

const payment = z.strictObject({
  sats: z.int().min(1).meta({ description: 'The price in satoshis, over Lightning. Needs lightning.' }),
  uses: z.int().min(1).exactOptional().meta({ description: 'Calls that one payment admits (default 1).' }),
  validFor: duration.exactOptional(),
})

const way = z.union([work, payment])

const requirement = z
  .union([work, payment, z.strictObject({ anyOf: z.array(way).min(2) })])
  .meta({ id: 'requirement', description: 'What a call costs once the free ones are used up.' })

const policy = z
  .strictObject({
    name: z.string().exactOptional().meta({ description: 'Policies of one name share their windows.' }),
    free: windows.exactOptional().meta({ description: 'Calls per caller that cost nothing.' }),
    ceiling: windows.exactOptional().meta({ description: 'Most calls per caller, however admitted.' }),
    require: requirement.exactOptional(),
    mode: z
      .enum(['enforce', 'observe'])
      .exactOptional()
      .meta({ description: 'observe: report what would have been refused, and let it through.' }),
  })
  .meta({ id: 'policy', description: 'What a call demands.' })

const policies = z.record(z.string().min(1), policy)

/** The whole file. */
export const policyFileSchema = z
  .strictObject({
    $schema: z.string().exactOptional(),
    name: z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/, 'take 1 to 32 of a to z, 0 to 9 and -')
      .exactOptional()
      .meta({ description: 'Names the gate in challenges and keys of the store. Do not change it later.' }),
    lightning: lightningSchema.exactOptional(),
    tools: policies
      .exactOptional()
      .meta({ description: "By name, by a beginning that ends in '*', or '*'." }),
    resources: policies.exactOptional().meta({ description: 'By URI, likewise.' }),
    prompts: policies.exactOptional().meta({ description: 'By name, likewise.' }),
    refusals: z.enum(['auto', 'result', 'error']).exactOptional(),
    credentialArgument: z.union([z.literal(false), z.string()]).exactOptional(),
    describePrices: z
      .boolean()
      .exactOptional()
      .meta({ description: 'End descriptions of tools with a line about the price.' }),
  })
  .meta({ title: 'Turnpike policy file', description: 'What calls of an MCP server demand.' })

/** The whole file, read. */
export type PolicyFile = z.infer<typeof policyFileSchema>
/** A policy as the file writes it. */
export type FilePolicy = z.infer<typeof policy>
/** What stands under `require`. */
export type FileRequirement = z.infer<typeof requirement>

/** The JSON Schema that editors check a policy file with (draft 2020-12). */
export function policyJsonSchema(): object {
  return z.toJSONSchema(policyFileSchema)
}
