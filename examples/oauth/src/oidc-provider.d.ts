/** The package has no types of its own: what is used of it here, and in the tests of `@turnpike/oauth`. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export class Provider {
    /** @param configuration - https://github.com/panva/node-oidc-provider/blob/main/docs/README.md */
    constructor(issuer: string, configuration: object)
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
  }

  export const errors: { readonly InvalidTarget: new () => Error }
}
