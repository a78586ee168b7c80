import type { ReadCall } from './call.ts'
import { isObject, metaOf } from './json-rpc.ts'
import { CLIENT_CAPABILITIES_META, EXTENSION } from './wire-names.ts'

/** Does a client that has these capabilities know our refusals? */
export function declaresExtension(capabilities: unknown): boolean {
  if (!isObject(capabilities)) return false
  return [capabilities['extensions'], capabilities['experimental']].some(
    (declared) => isObject(declared) && Object.hasOwn(declared, EXTENSION),
  )
}

/** Does the call itself say so: by its envelope (2026-07-28), or by showing a credential where only such clients do? */
export function isAware({ message, isAware: showsIt }: ReadCall): boolean {
  return showsIt || declaresExtension(metaOf(message.params)[CLIENT_CAPABILITIES_META])
}
