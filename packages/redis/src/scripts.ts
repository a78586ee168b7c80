import type { FastTake } from './fast-take.ts'
import { CLAIM_LUA } from './lua/claim.ts'
import { ANY_SHAPES_LUA, DECIDE_LUA } from './lua/decide.ts'
import { fastTakeLua } from './lua/fast-take.ts'
import { PRELUDE_LUA } from './lua/prelude.ts'
import { TEND_LUA } from './lua/tend.ts'
import { WINDOW_LUA } from './lua/window.ts'
import { createScript } from './script.ts'

const LONG_WAY = WINDOW_LUA + CLAIM_LUA + DECIDE_LUA

/** Decides a batch of requests of any shapes. */
export const DECIDE_TEXT = PRELUDE_LUA + ANY_SHAPES_LUA + LONG_WAY
/** Does all but decide. */
export const TEND_TEXT = PRELUDE_LUA + WINDOW_LUA + CLAIM_LUA + TEND_LUA

export const DECIDE_SCRIPT = createScript(DECIDE_TEXT)
export const TEND_SCRIPT = createScript(TEND_TEXT)

/** Decides a batch of requests of one shape. @param json - a list of that shape alone */
export function fastText(take: FastTake, json: string): string {
  return PRELUDE_LUA + fastTakeLua(take, json) + LONG_WAY
}
