export { startClnrestFront } from './clnrest-front.ts'
export type { ClnrestFront } from './clnrest-front.ts'
export type { Disturbance, Front } from './front.ts'
export type {
  NewInvoice,
  PayeeInvoice,
  PayeeInvoiceState,
  PaymentFault,
  PaymentOutcome,
  SentPayment,
} from './host.ts'
export { startLnbitsFront } from './lnbits-front.ts'
export type { LnbitsFront, LnbitsKeys } from './lnbits-front.ts'
export { startLndFront } from './lnd-front.ts'
export type { LndFront } from './lnd-front.ts'
export { createRegtestNetwork } from './network.ts'
export type { Payee, RegtestNetwork, RegtestOptions } from './network.ts'
export { startNwcFront } from './nwc-front.ts'
export type { NwcFront } from './nwc-front.ts'
export { startPhoenixdFront } from './phoenixd-front.ts'
export type { PhoenixdFront } from './phoenixd-front.ts'
export type { RegtestWallet } from './wallet.ts'
