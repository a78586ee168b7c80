import type { Ending } from '@turnpike/core'
import { isGone, type NodeResponse } from './response.ts'
import { onSocketClose } from './socket-close.ts'

/**
 * Reports exactly one ending of a response: of buffered ones, streams, raw and hijacked ones alike. Serves every
 * framework on node:http or http2, since it listens to the raw response and to nothing of the framework's.
 */
export function watch(response: NodeResponse, report: (ending: Ending) => void): void {
  if (isGone(response)) report(brokenOff(response))
  else watchLive(response, report)
}

/** The same for a response that is known not to be gone. */
export function watchLive(response: NodeResponse, report: (ending: Ending) => void): void {
  let ended = false
  let unqueue: (() => void) | undefined
  const end = (ending: Ending): void => {
    if (ended) return
    ended = true
    unqueue?.()
    report(ending)
  }
  const left = (): void => {
    if (!ended) end(brokenOff(response))
  }
  // On HTTP/2 a reset by the client also shows as 'finish'; only what the handler itself did tells them apart.
  // `writableFinished` does not: light-my-request emits 'finish' before it is set.
  const finish = (): void =>
    isHandedOver(response) ? end({ kind: 'completed', status: response.statusCode }) : left()
  // `on`, not `once`: what comes after the first ending is ignored anyway, and `once` wraps each listener.
  response.on('finish', finish)
  response.on('close', left)
  // A pipelined request's response waits for its turn without a socket, and hears nothing if that one closes first.
  const { socket } = response.req
  if (response.socket === null && socket) unqueue = onSocketClose(socket, left)
}

function isHandedOver(response: NodeResponse): boolean {
  return response.writableEnded && response.stream?.aborted !== true
}

/** A failed stream and a client that left both end in 'close' alone; `errored` is set where the framework tells us. */
function brokenOff(response: NodeResponse): Ending {
  const status = response.headersSent ? response.statusCode : undefined
  const error = response.errored ?? undefined
  return error === undefined ? { kind: 'aborted', status } : { kind: 'errored', status, error }
}
