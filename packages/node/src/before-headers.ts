import onHeaders from 'on-headers'
import type { NodeResponse } from './response.ts'

/** Calls back when the header goes out, with all that the framework and the handler have put on it by then. */
export function beforeHeaders(response: NodeResponse, listener: () => void): void {
  // on-headers wraps `writeHead`, which the http2 compat response has too; its types admit ServerResponse alone.
  Reflect.apply(onHeaders, undefined, [response, listener])
}
