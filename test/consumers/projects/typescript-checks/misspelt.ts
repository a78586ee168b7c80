import { pow } from '@turnpike/core'
import { turnpike } from '@turnpike/express'
import type { Request } from 'express'

const { protect } = turnpike({ nmae: 'consumer' })
protect(pow(4), { fre: '60/1m' })
protect({ free: '60 per minute' })
pow(4, { use: 20 })
export type Way = NonNullable<Request['turnpike']>['wya']
export const certain = (request: Request) => request.turnpike.way
