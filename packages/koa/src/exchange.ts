import type { Answer } from '@turnpike/core'
import {
  applyAnswer,
  sendAnswer,
  type Exchange,
  type NodeRequest,
  type NodeResponse,
  type ViewExtras,
} from '@turnpike/node'
import type { Context } from 'koa'
import { routePattern } from './route-pattern.ts'

/** A Koa context as the shared flow sees it. A class, since one is made per request and per policy. */
export class KoaExchange implements Exchange, ViewExtras {
  readonly #ctx: Context

  constructor(ctx: Context) {
    this.#ctx = ctx
  }

  get request(): NodeRequest {
    return this.#ctx.req
  }

  get response(): NodeResponse {
    return this.#ctx.res
  }

  get extras(): ViewExtras {
    return this
  }

  /** koa-mount rewrites `request.url`. */
  get target(): string {
    return this.#ctx.originalUrl
  }

  get ip(): string {
    return this.#ctx.ip
  }

  get route(): string | undefined {
    return routePattern(this.#ctx)
  }

  /** What a body parser left. */
  body(): unknown {
    const { request } = this.#ctx
    return 'body' in request ? request.body : undefined
  }

  /** Through the context, so that the application's outer middleware sees it and may time, log or compress it. */
  answer(answer: Answer): void {
    const ctx = this.#ctx
    if (ctx.respond === false) {
      sendAnswer(ctx.res, answer)
      return
    }
    ctx.status = answer.status
    ctx.body = answer.body
    // Last: Koa 2 makes every object plain JSON.
    applyAnswer(ctx.res, answer)
  }
}
