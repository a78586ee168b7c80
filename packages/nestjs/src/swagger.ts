import { HttpStatus, RequestMethod } from '@nestjs/common'
import type { HandlerEntry } from './handlers.ts'

/** Where @nestjs/swagger keeps the answers of an operation; there is nothing to import, and nothing happens without it. */
const RESPONSES = 'swagger/apiResponse'
/** Static method that its CLI plugin adds to classes: what it has found out about each method. */
const PLUGIN_FACTORY = '_OPENAPI_METADATA_FACTORY'

/**
 * Adds the gate's answers to the description of an operation. Any answer that is described takes the default one away, and
 * the one that the plugin has found out, so these are described as well.
 */
export function documentAnswers(entry: HandlerEntry, demands: boolean): void {
  const { handler } = entry
  const said: unknown = Reflect.getMetadata(RESPONSES, handler)
  const have = typeof said === 'object' && said !== null ? said : ownAnswer(entry)
  const added = demands ? { 402: WORK_REQUIRED, 429: TOO_MANY } : { 429: TOO_MANY }
  Reflect.defineMetadata(RESPONSES, { ...added, ...have }, handler)
}

function ownAnswer({ host, key, handler }: HandlerEntry): Readonly<Record<string, object>> {
  const { status = statusOf(handler), ...found } = foundByPlugin(host, key)
  return { [status]: { description: '', ...found } }
}

function statusOf(handler: object): number {
  const said: unknown = Reflect.getMetadata('__httpCode__', handler)
  if (typeof said === 'number') return said
  return Reflect.getMetadata('method', handler) === RequestMethod.POST ? HttpStatus.CREATED : HttpStatus.OK
}

interface Found {
  readonly status?: number
  readonly type?: unknown
  readonly isArray?: boolean
}

function foundByPlugin(host: object, key: string): Found {
  for (let level: object | null = host; level !== null; level = Reflect.getPrototypeOf(level)) {
    const factory: unknown = Object.getOwnPropertyDescriptor(level, PLUGIN_FACTORY)?.value
    const all: unknown = typeof factory === 'function' ? Reflect.apply(factory, level, []) : undefined
    const found: unknown = Object.getOwnPropertyDescriptor(all ?? {}, key)?.value
    if (typeof found === 'object' && found !== null) return answerPart(found)
  }
  return {}
}

/** `[Cat]` is how the plugin writes an array of cats. */
function answerPart({ status, type, isArray }: Found): Found {
  const item: unknown = Array.isArray(type) ? type[0] : type
  const shape = item === undefined ? {} : { type: item, isArray: Array.isArray(type) || isArray === true }
  return status === undefined ? shape : { ...shape, status }
}

const text = { type: 'string' } as const

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { ...text, format: 'uri' },
    title: text,
    status: { type: 'integer' },
    detail: { ...text, description: 'For people and language models.' },
    code: { ...text, description: 'For programs; does not change between releases.' },
    resource: text,
    retryAfter: { type: 'integer', description: 'Seconds.' },
    offers: { type: 'array', items: { type: 'object' }, description: 'What would admit the call.' },
  },
} as const

const content = { 'application/problem+json': { schema: PROBLEM } }
const RETRY_AFTER = { description: 'Seconds after which waiting suffices.', schema: { type: 'integer' } }
const RATE_LIMIT = { description: 'What is left of each limit.', schema: text }

const WORK_REQUIRED = {
  description: 'Work or payment required: solve or pay one of the offers and call again with the credential.',
  headers: {
    'WWW-Authenticate': { description: 'One challenge per offer.', schema: text },
    'Retry-After': RETRY_AFTER,
    RateLimit: RATE_LIMIT,
  },
  content,
}

const TOO_MANY = {
  description: 'Too many calls: wait.',
  headers: { 'Retry-After': RETRY_AFTER, RateLimit: RATE_LIMIT },
  content,
}
