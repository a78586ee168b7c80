import type { Answer } from '@turnpike/core'
import { HttpException } from '@nestjs/common'

/**
 * How a refusal leaves a guard. Nest's filters answer with its body, the problem document; an application's own filter may
 * word another one: what a client needs to go on stands in the header fields, which are on the response already.
 */
export class GateRefusal extends HttpException {
  override readonly name = 'GateRefusal'

  constructor({ body, status }: Answer) {
    super(body, status)
  }
}
