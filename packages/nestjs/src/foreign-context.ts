import { TurnpikeError } from '@turnpike/core'
import { HttpException, HttpStatus, type ExecutionContext } from '@nestjs/common'
import type { Entrance } from './entrance.ts'

const MESSAGE = 'this operation cannot be gated by itself; its HTTP route can'

/**
 * Turns away a call that came by WebSocket, by a message broker or through GraphQL: there is no answer of its own to put an
 * offer on. Nobody gets in, and the error is one that the transport hands on to the caller.
 *
 * @throws WsException, RpcException or HttpException 501, with `code: 'context_not_http'`
 */
export async function refuseForeignContext(entrance: Entrance, context: ExecutionContext): Promise<never> {
  const type: string = context.getType()
  const where = `${context.getClass().name}.${context.getHandler().name}`
  const message = `${where} is gated, but is called by ${type}, where a gate cannot answer. ${adviceFor(type)}`
  entrance.gate.warn('context_not_http', message)
  const exception = await exceptionFor(type, { code: 'context_not_http', message: MESSAGE })
  exception.cause = new TurnpikeError('context_not_http', message)
  throw exception
}

function adviceFor(type: string): string {
  switch (type) {
    case 'graphql':
      return "Take the decorator off the resolver and gate the HTTP route, with '@turnpike/express' before /graphql"
    case 'ws':
      return 'Take the decorator off the gateway and gate the HTTP route that hands out its connection tickets'
    default:
      return 'Take the decorator off, and gate the HTTP handler that sends this message'
  }
}

/** These packages are there when such a handler is called; they are not ours to depend on. */
async function exceptionFor(
  type: string,
  body: { readonly code: string; readonly message: string },
): Promise<Error> {
  try {
    if (type === 'ws') return new (await import('@nestjs/websockets')).WsException(body)
    if (type === 'rpc') return new (await import('@nestjs/microservices')).RpcException(body)
  } catch {
    // Installed where we cannot see it: the plain one fails closed too.
  }
  // GraphQL servers hand on what an error calls its extensions, and nothing else of it.
  const extensions = { code: body.code }
  return Object.assign(new HttpException(body, HttpStatus.NOT_IMPLEMENTED), { extensions })
}
