import { UsageError } from './exit-code.ts'
import { isObject } from './message.ts'

/**
 * Loads a package that not everybody needs, so it is installed by those who want it.
 *
 * @param flag - what it is wanted for
 * @throws UsageError with the line that installs it
 */
export async function loadOptional<T>(flag: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (!isMissing(error, name)) throw error
    throw new UsageError(
      `${flag} needs the package ${name}: npm install ${name}; with npx: npx -y -p @turnpike/bridge -p ${name} turnpike-bridge ...`,
      { cause: error },
    )
  }
}

/** The package itself; one that it needs in turn is another trouble. */
function isMissing(error: unknown, name: string): boolean {
  const isUnknown = isObject(error) && String(error['code']).endsWith('MODULE_NOT_FOUND')
  return isUnknown && String(error['message']).includes(`'${name}'`)
}
