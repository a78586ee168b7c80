/** Credentials of the right form, for services that take any. */
export const MACAROON = '0201'.repeat(20)
export const PASSWORD = 'hunter2'
export const KEY = '0123456789abcdef'
export const RUNE = 'r-_'.repeat(20)
