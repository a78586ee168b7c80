import type { Admission } from '@turnpike/core'
import { turnpike } from '@turnpike/express'
import type { Request } from 'express'

const { protect } = turnpike({ name: 'consumer' })
protect({ free: '60/1m' })

/** `request.turnpike` is an admission or nothing: neither `any` nor unknown. */
export function handler(request: Request): Admission | undefined {
  const admission: Admission | undefined = request.turnpike
  const exact: undefined extends typeof request.turnpike ? true : false = true
  return exact ? admission : undefined
}
