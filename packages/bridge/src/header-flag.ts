import { expandEnvironment } from './environment.ts'
import { UsageError } from './exit-code.ts'
import type { Io } from './io.ts'

/** RFC 9110 §5.6.2: a token, a colon, a value. */
const FIELD = /^([!#$%&'*+\-.^`|~\w]+):[ \t]*(.*?)[ \t]*$/s
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f]/
/** Those that the transport writes itself. */
const RESERVED = /^(?:mcp-.*|content-type|content-length|host|accept)$/i

/**
 * Reads `--header 'Name: value'`; `${NAME}` in the value is taken from the environment.
 * @throws UsageError
 */
export function readHeaders(flags: readonly string[], env: Io['env']): Readonly<Record<string, string>> {
  return Object.fromEntries(flags.map((flag) => readHeader(flag, env)))
}

function readHeader(flag: string, env: Io['env']): readonly [string, string] {
  const [, name, template] = FIELD.exec(flag) ?? []
  // The value may be a secret: messages name the field alone.
  if (name === undefined || template === undefined)
    throw new UsageError("--header takes 'Name: value', such as 'Authorization: Bearer ${API_TOKEN}'.")
  if (RESERVED.test(name)) throw new UsageError(`--header ${name}: the bridge sets this one itself.`)
  const value = expandEnvironment(template, env, `--header ${name}`)
  if (CONTROLS.test(value)) throw new UsageError(`--header ${name}: the value has control characters.`)
  return [name, value]
}
