import { UsageError } from './exit-code.ts'
import type { Io } from './io.ts'

const REFERENCE = /\$\{([A-Za-z_]\w*)\}/g

/**
 * Fills in `${NAME}` from the environment, so that secrets stay off the command line, where every process of the machine
 * can read them.
 *
 * @param where - what the text is, for the message: `--header Authorization`
 * @throws UsageError for a name that is not set
 */
export function expandEnvironment(text: string, env: Io['env'], where: string): string {
  return text.replaceAll(REFERENCE, (_reference, name: string) => {
    const value = env[name]
    if (value !== undefined && value !== '') return value
    throw new UsageError(`${where} needs ${name}, which the environment does not have.`)
  })
}
