import type { Admission } from '@turnpike/core'
import { admission as admissionOf } from '@turnpike/node'
import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import { rawRequest, type PlatformRequest } from './platform.ts'

/** @param request - of Express, Fastify or Node; undefined when no policy admitted it (exempted, or not gated) */
export function admission(request: PlatformRequest): Admission | undefined {
  return admissionOf(rawRequest(request))
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
