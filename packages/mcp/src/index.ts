export { admission } from './admission.ts'
export type { CallKind, McpCall } from './call.ts'
export type { McpClientEvent, McpClientOptions } from './client-options.ts'
export type { McpGateOptions } from './gate-options.ts'
export { gateMcpServer } from './gate-server.ts'
export { withRequest } from './http-request.ts'
export type { Connectable } from './patch-connect.ts'
export type { McpPolicies, McpPolicy, PolicySet } from './policy-table.ts'
export type { RefusalCodes, RefusalStatus } from './wire-names.ts'
export { CREDENTIAL_META, CHALLENGE_META, EXTENSION, PRICE_META, RECEIPT_META } from './wire-names.ts'
export {
  type ReadableRequest,
  type ReadMessage,
  requestListener,
  type ToNodeHandler,
  type WebHandler,
  type WebHandlerOptions,
} from './request-listener.ts'
export { type McpMiddleware, type ParsedRequest, refuseByStatus } from './status-refusal.ts'
export { withTurnpike } from './with-turnpike.ts'
