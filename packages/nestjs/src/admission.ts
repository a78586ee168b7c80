import type { Admission, RequestView } from '@turnpike/core'
import { requestView } from '@turnpike/node'
import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import { rawRequest, type PlatformRequest } from './platform.ts'

/** Where the view of a request carries its admission: a WeakMap would keep requests through several collections. */
const ADMISSION = Symbol.for('turnpike:admission')

interface Carrier {
  [ADMISSION]?: Admission
}

/** @param request - of Express, Fastify or Node; undefined when no policy admitted it (exempted, or not gated) */
export function admission(request: PlatformRequest): Admission | undefined {
  const view: RequestView & Carrier = requestView(rawRequest(request))
  return view[ADMISSION]
}

/** Notes how a request was admitted. */
export function rememberAdmission(view: RequestView & Carrier, admitted: Admission): void {
  view[ADMISSION] = admitted
}

/**
 * Gives a handler the admission of its request: `@Admitted() admission: Admission | undefined`. Undefined where no policy
 * admitted it, and outside HTTP.
 */
export const Admitted: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext) =>
    context.getType() === 'http'
      ? admission(context.switchToHttp().getRequest<PlatformRequest>())
      : undefined,
)
