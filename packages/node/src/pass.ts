import type { HeaderFields, Pass } from '@turnpike/core'
import { CREDENTIAL_HEADERS } from '@turnpike/protocol'
import { exposeFields, setFields } from './answer.ts'
import { beforeHeaders } from './before-headers.ts'
import { privateCacheControl } from './cache-control.ts'
import { mergeFieldList } from './field-list.ts'
import type { NodeResponse } from './response.ts'

/**
 * Puts an admitted call's header fields on the response, before the handler runs. What depends on the handler's own
 * fields waits until they go out: `Cache-Control` and `Vary` of proven answers (R25), and the list of exposed fields.
 */
export function applyPass(response: NodeResponse, pass: Pass): void {
  if (response.headersSent) return
  setFields(response, pass.headers)
  const isCrossOrigin = response.req.headers.origin !== undefined
  if (!pass.proven && !isCrossOrigin) return
  beforeHeaders(response, () => {
    if (isCrossOrigin) exposeFields(response)
    if (pass.proven) keepPrivate(response)
  })
}

function keepPrivate(response: NodeResponse): void {
  response.setHeader('Cache-Control', privateCacheControl(response.getHeader('Cache-Control')))
  response.setHeader('Vary', mergeFieldList(response.getHeader('Vary'), CREDENTIAL_HEADERS))
}

/** Sets the fields again when the header goes out: for frameworks that wipe them when a handler throws. */
export function keepFields(response: NodeResponse, fields: HeaderFields): void {
  if (!response.headersSent) beforeHeaders(response, () => setFields(response, fields))
}
