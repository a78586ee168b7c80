/** What all scripts begin with: short names, the clock, and the numbers of packed records. */
export const PRELUDE_LUA = `
local pack, unpack_, byte, char, sub = struct.pack, struct.unpack, string.byte, string.char, string.sub
local floor, ceil, max, min = math.floor, math.ceil, math.max, math.min
local call, KEYS, ARGV = redis.call, KEYS, ARGV
local NARROW, NARROW_BYTES = '<I6I4I2I1I2I6I2I4I4I2', 33
local MAX_RECORDS = 34

local function varint(n)
  if n < 128 then return char(n) end
  if n < 16384 then return char(n % 128 + 128, floor(n / 128)) end
  return char(n % 128 + 128) .. varint(floor(n / 128))
end

-- Returns the number at byte i, and where the next one begins. Never raises: a broken record gives wrong numbers alone.
local function readVarint(s, i)
  local b = byte(s, i) or 0
  if b < 128 then return b, i + 1 end
  local n, unit = b - 128, 128
  repeat
    i = i + 1
    b = byte(s, i) or 0
    n = n + b % 128 * unit
    unit = unit * 128
  until b < 128
  return n, i + 1
end

local clock = call('TIME')
local nowMs = clock[1] * 1000 + floor(clock[2] / 1000)
`
