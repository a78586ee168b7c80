import type { WindowReport } from '@turnpike/core'
import type { KeySpace } from './keys.ts'
import type { Lanes } from './lanes.ts'
import type { WindowNames } from './window-names.ts'

/** Reads what a holder has taken, with the names of windows in words again. */
export async function inspectHolder(
  { lanes, keys, names }: { readonly lanes: Lanes; readonly keys: KeySpace; readonly names: WindowNames },
  holder: string,
  shard: number,
): Promise<readonly WindowReport[]> {
  const found = await lanes.to(shard).tend({ op: 'inspect', keys: [keys.windows(holder, shard)] })
  // Lua has one kind of table: an empty list comes as an empty object.
  const list: readonly unknown[] = Array.isArray(found) ? found : []
  return await Promise.all(
    list.map(async (entry) => {
      const { name, windowMs, used, nextMs, fullMs } = readReport(entry)
      return { id: await idOf(name), windowMs, used, nextMs, fullMs }
    }),
  )

  async function idOf(name: number): Promise<string> {
    const known = names.idOf(name)
    if (known !== undefined) return known
    const told = await lanes
      .to(keys.windowNameShard(name))
      .tend({ op: 'readName', keys: [keys.windowName(name)] })
    return typeof told === 'string' ? told : `window ${name}`
  }
}

function readReport(entry: unknown) {
  const number = (member: string) =>
    typeof entry === 'object' && entry !== null ? Number(Reflect.get(entry, member)) : 0
  return {
    name: number('name'),
    windowMs: number('windowMs'),
    used: number('used'),
    nextMs: number('nextMs'),
    fullMs: number('fullMs'),
  }
}
