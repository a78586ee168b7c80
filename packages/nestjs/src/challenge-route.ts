import type { Gate } from '@turnpike/core'
import { answerChallenge, answerDocument } from '@turnpike/node'
import { HttpStatus, Logger } from '@nestjs/common'
import type { AbstractHttpAdapter } from '@nestjs/core'
import { PlatformExchange, type PlatformRequest, type PlatformResponse } from './platform.ts'

/** Serves the challenge endpoint and the gate's documents, outside the global prefix: clients look for them at one place. */
export function mountChallengeRoute(gate: Gate, adapter: AbstractHttpAdapter): void {
  const exchangeOf = (request: PlatformRequest, response: PlatformResponse) =>
    new PlatformExchange(adapter, request, response, ({ body, status }, exchange) =>
      exchange.reply(body, status),
    )
  // Nobody looks at a promise here: Express 4 ignores it, Fastify would take it for the answer.
  adapter.get(gate.challengePath, (request: PlatformRequest, response: PlatformResponse): void => {
    void answer(gate, exchangeOf(request, response))
  })
  for (const path of gate.documents.keys()) {
    adapter.get(path, (request: PlatformRequest, response: PlatformResponse): void => {
      answerDocument(gate, exchangeOf(request, response))
    })
  }
}

async function answer(gate: Gate, exchange: PlatformExchange): Promise<void> {
  // The router has matched the path, by its own rules of letter case and slashes.
  const [, query = ''] = (exchange.request.url ?? '').split('?', 2)
  try {
    await answerChallenge(gate, `${gate.challengePath}?${query}`, exchange)
  } catch (error) {
    Logger.error(error, 'TurnpikeModule')
    const statusCode = HttpStatus.INTERNAL_SERVER_ERROR
    exchange.reply({ statusCode, message: 'Internal server error' }, statusCode)
  }
}
