import type { FastTake } from '../fast-take.ts'
import { SAME_BYTES, takeInPlace } from './in-place.ts'

/**
 * The short way through most decisions: up to three windows of one holder, and at most one claim on a credential that was
 * never seen; all of them fit. It is written out for one shape, with the numbers of its windows in it, and keeps everything
 * in local variables: a third of what the long way costs. Whatever it does not know it leaves to that: refusals, a clock
 * that has stepped back, wide or crowded windows, broken records. `reply[i + 1]` stays empty then.
 *
 * All holders are read in one go, a quarter of what one by one costs; what has been used is not used again, so a holder that
 * comes twice, and a key of another type, are read by themselves; so is one that is alone, for which it would cost more.
 *
 * What it takes is answered shortly: it is the first way, it is now, and all units are back after a whole window.
 *
 * KEYS and ARGV as for the long way, without order and shapes.
 *
 * What is written in place keeps the key's time to live, which is longer by a slot for this reason.
 */
export function fastTakeLua({ keys, windows, claim, ttlMs }: FastTake, json: string): string {
  const numbers = windows.map(({ name, windowMs, limit, slotMs, cost }, index) => {
    const n = index + 1
    return `local N${n}, W${n}, L${n}, S${n}, C${n} = ${[name, windowMs, limit, slotMs, cost].join(', ')}`
  })
  const slots = windows.map((_, index) => {
    const n = index + 1
    return `local A${n}, R${n}, M${n} = nowMs - W${n}, nowMs % 4294967296 % S${n}, min(L${n}, WIDEST)`
  })
  return `
local WIDEST, LONGEST_MS, ttl = 65535, 2147483647, '${ttlMs}'
${numbers.join('\n')}
${slots.join('\n')}
local deadlineMs, order, json, firstArg, count = tonumber(ARGV[1]), nil, '${json}', 2, #KEYS / ${keys}
local reply, left = { pack('<I6', nowMs) }, count
if nowMs <= deadlineMs then
  local holders, values = ${keys === 1 ? 'KEYS' : '{}'}, {}
${keys === 1 ? '' : `  for i = 1, count do holders[i] = KEYS[${keys} * i - ${keys - 1}] end`}
  if count > 1 then
    for i, value in ipairs(call('MGET', unpack(holders))) do values[holders[i]] = value end
  end
  for i = 1, count do
    local key = holders[i]
${takeOf(windows.length, keys, claim)}
  end
end
if left == 0 then return table.concat(reply) end
`
}

/** The block that takes from `count` windows, or breaks off with nothing written. */
function takeOf(count: number, keys: number, claim: FastTake['claim']): string {
  const each = (line: (n: number) => string, between = '\n') => inTurn(count, line, between)
  return `
    repeat
      local v = values[key]
      if v then values[key] = nil else v = redis.pcall('GET', key) end
${each((n) => `      local b${n}, u${n}, h${n}, c${n}, t${n}, g${n}, d${n}, f${n}, e${n}`)}
      local value, rest, restEndMs
      if type(v) == 'string' then
${takeInPlace(count)}
      end
      local isInPlace = value ~= nil
      if not isInPlace then
${takeAnywhere(count)}
      end
${claim === undefined ? '' : weighClaim(keys, claim)}
      local written
      if isInPlace then
        written = redis.pcall('SETRANGE', key, '${SAME_BYTES}', value)
      elseif rest == '' then
        written = redis.pcall('PSETEX', key, ttl, value)
      else
        written = redis.pcall('PSETEX', key, string.format('%.0f', max(ttl, restEndMs - nowMs)), value .. rest)
      end
      if type(written) == 'table' and written.err then break end
${claim === undefined ? '' : takeClaim(claim)}
      left = left - 1
      reply[i + 1] = pack('<B${'I6i4'.repeat(count)}${claim === undefined ? '' : 'I4'}', 7, ${each(
        (n) => `L${n} - u${n}, h${n} - A${n}`,
        ', ',
      )}${claim === undefined ? '' : `, ${claim.uses - 1}`})
    until true`
}

/** Reads and writes everything, whatever else the value holds. */
function takeAnywhere(count: number): string {
  const each = (line: (n: number) => string, between = '\n') => inTurn(count, line, between)
  return `
      local p, length = 1, 0
      rest, restEndMs = '', 0
${each((n) => `      b${n}, u${n}, h${n}, c${n}, t${n}, g${n}, d${n}, f${n}, e${n} = 0, 0, 0, 0, 0, 0, 0, 1, 0`)}
${each((n) => `      local m${n} = ''`)}
      if v then
        if type(v) ~= 'string' then break end
        length = #v
      end
      while p + NARROW_BYTES - 1 <= length do
        local name, windowMs, bytes, b, u, h, c, span, g, d, f = unpack_(NARROW, v, p)
        local e, t = f + bytes - 1, h + span
        if e > length or t > nowMs or windowMs > LONGEST_MS then break end
${each(keepWindow, '\n        else')}
        elseif t + windowMs > nowMs then
          rest = rest .. sub(v, p, e)
          restEndMs = max(restEndMs, t + windowMs + ceil(windowMs / 32))
        end
        p = e + 1
      end
      if p <= length then break end
${each(weighWindow)}
${each(chargeWindow)}
      if ${each((n) => `u${n} > WIDEST`, ' or ')} then break end
      value = ${each(writeWindow, ' .. ')}`
}

/** A line for each window, beginning with 1. */
function inTurn(count: number, line: (n: number) => string, between = '\n'): string {
  return Array.from({ length: count }, (_, index) => line(index + 1)).join(between)
}

/** Breaks off unless the credential is good, and new to the store. */
function weighClaim(keys: number, { isDated }: NonNullable<FastTake['claim']>): string {
  const isLost = `
      local began = redis.pcall('GET', KEYS[${keys} * i])
      if type(began) ~= 'string' or tonumber(ARGV[3 * i + 1]) < tonumber(began) then break end`
  return `
      local credential, claimId, expiresAtMs = KEYS[${keys} * i - ${keys - 2}], ARGV[3 * i - 1], tonumber(ARGV[3 * i])
      if nowMs >= expiresAtMs or call('EXISTS', credential) ~= 0 then break end${isDated ? isLost : ''}`
}

/** Writes the record as `claim.ts` would: one use taken by one claim. */
function takeClaim({ uses, leaseMs, lapse }: NonNullable<FastTake['claim']>): string {
  return `
      written = redis.pcall('PSETEX', credential, string.format('%.0f', max(expiresAtMs + 60000 - nowMs, ${leaseMs})),
        pack('<I4I4I4I6BBI6B', ${uses}, 1, 0, expiresAtMs, 1, ${lapse}, nowMs + ${leaseMs}, #claimId) .. claimId)
      if type(written) == 'table' and written.err then break end`
}

/** Window n, where it is the one just read; it is written anew, before all others. */
function keepWindow(n: number): string {
  return `if name == N${n} and windowMs == W${n} then
          b${n}, u${n}, h${n}, c${n}, t${n}, g${n}, d${n}, f${n}, e${n} = b, u, h, c, t, g, d, f, e`
}

/** Drops what has expired in window n, and breaks off unless the take fits. */
function weighWindow(n: number): string {
  return `
      if u${n} > 0 and h${n} <= A${n} then
        if t${n} <= A${n} then
          b${n}, u${n}, c${n}, d${n}, e${n} = 0, 0, 0, 0, f${n} - 1
        else
          repeat
            u${n} = u${n} - c${n}
            if b${n} == 0 then
              h${n}, c${n}, d${n} = t${n}, d${n}, 0
            else
              if f${n} > e${n} then
                -- Fewer records than it says: what it claims now fits nowhere.
                u${n} = L${n} + 1
                break
              end
              local gap
              gap, f${n} = readVarint(v, f${n})
              c${n}, f${n} = readVarint(v, f${n})
              h${n}, b${n} = h${n} + gap, b${n} - 1
            end
          until h${n} > A${n}
        end
      end
      if u${n} + C${n} > L${n} then break end`
}

/** Adds to the newest record, or appends one. */
function chargeWindow(n: number): string {
  return `
        if u${n} == 0 then
          h${n}, c${n} = nowMs, C${n}
        elseif nowMs - t${n} <= R${n} then
          if d${n} > 0 then
            d${n}, g${n} = d${n} + C${n}, g${n} + nowMs - t${n}
          else
            h${n}, c${n} = nowMs, c${n} + C${n}
          end
        else
          if d${n} > 0 then
            if b${n} + 2 >= MAX_RECORDS then break end
            m${n}, b${n} = varint(g${n}) .. varint(d${n}), b${n} + 1
          end
          g${n}, d${n} = nowMs - t${n}, C${n}
        end
        u${n} = u${n} + C${n}
        if e${n} >= f${n} then m${n} = sub(v, f${n}, e${n}) .. m${n} end`
}

function writeWindow(n: number): string {
  return `pack(NARROW, N${n}, W${n}, #m${n}, b${n}, u${n}, h${n}, c${n}, nowMs - h${n}, g${n}, d${n}) .. m${n}`
}
