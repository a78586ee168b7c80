import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { codeOf, messageOf } from './failure.ts'

/**
 * Loads a package that most commands do not need, so it is installed by those who want it: from beside the command, else
 * from the folder where the command is run, whose own packages `npx` does not see.
 *
 * @param packages all that have to be installed for it, for the message
 * @throws Error that says what to install
 */
export async function loadOptional(name: string, packages: readonly string[]): Promise<unknown> {
  try {
    return await import(name)
  } catch (error) {
    if (!isMissing(error, name)) throw error
  }
  const path = resolveFromHere(name)
  if (path !== undefined) return await import(pathToFileURL(path).href)
  const aside = packages.map((one) => `-p ${one}`).join(' ')
  throw new Error(
    `This needs ${packages.join(' and ')}. Install: npm install ${packages.join(' ')}
For one run without installing: npx -p @turnpike/cli ${aside} turnpike ...`,
  )
}

function resolveFromHere(name: string): string | undefined {
  try {
    return createRequire(join(process.cwd(), 'index.js')).resolve(name)
  } catch {
    return undefined
  }
}

/** The package itself; one that it needs in turn is another trouble. */
function isMissing(error: unknown, name: string): boolean {
  const isUnknown = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(codeOf(error) ?? '')
  return isUnknown && messageOf(error).includes(`'${name}'`)
}
