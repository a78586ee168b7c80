/**
 * The compacted sliding log in Lua (RULES R6, R7): the arithmetic of core's `sliding-window.ts`, line by line, on packed
 * records. Both must agree to the bit; a test plays the same histories on both.
 *
 * One string holds all windows of one holder, one after the other. A window, little endian:
 *
 *     name u48 | windowMs u31 + wide u1 | bytes of middle u16 | records in middle u8
 *     | units | head: ms u48, units | tail: ms since head u32, ms since the record before it u32, units | middle
 *
 * Units take 16 bits, or 48 in a wide window. `middle` holds the records between head and tail, each as two varints: ms
 * since the record before it, units. So a take reads and writes the head and the tail alone, and copies the middle.
 */
export const WINDOW_LUA = `
local SLOTS = 32
local WIDE, WIDE_BYTES, WIDE_BIT = '<I6I4I2I1I6I6I6I4I4I6', 45, 2147483648

local function corrupt()
  error({ err = 'CORRUPT' })
end

local function emptyWindow(name, windowMs)
  return { name = name, windowMs = windowMs, units = 0, headMs = 0, headUnits = 0, tailMs = 0, tailUnits = 0,
    gapMs = 0, between = 0, source = '', from = 1, to = 0, added = '' }
end

-- Returns the window that begins at byte i, and where the next one does.
local function readWindow(s, i)
  if i + NARROW_BYTES - 1 > #s then corrupt() end
  local name, windowMs, bytes, between, units, headMs, headUnits, spanMs, gapMs, tailUnits, from = unpack_(NARROW, s, i)
  if windowMs >= WIDE_BIT then
    if i + WIDE_BYTES - 1 > #s then corrupt() end
    windowMs = windowMs - WIDE_BIT
    local _
    name, _, bytes, between, units, headMs, headUnits, spanMs, gapMs, tailUnits, from = unpack_(WIDE, s, i)
  end
  local to = from + bytes - 1
  if to > #s then corrupt() end
  return { name = name, windowMs = windowMs, units = units, headMs = headMs, headUnits = headUnits,
    tailMs = headMs + spanMs, tailUnits = tailUnits, gapMs = gapMs, between = between,
    source = s, from = from, to = to, added = '', start = i }, to + 1
end

local function writeWindow(w)
  local middle = w.added
  if w.to >= w.from then middle = sub(w.source, w.from, w.to) .. middle end
  if w.units < 65536 then
    return pack(NARROW, w.name, w.windowMs, #middle, w.between, w.units, w.headMs, w.headUnits,
      w.tailMs - w.headMs, w.gapMs, w.tailUnits) .. middle
  end
  return pack(WIDE, w.name, w.windowMs + WIDE_BIT, #middle, w.between, w.units, w.headMs, w.headUnits,
    w.tailMs - w.headMs, w.gapMs, w.tailUnits) .. middle
end

-- Slots follow ms mod 2^32, as in JavaScript's ms >>> 0.
local function isSameSlot(a, b, slotMs)
  if a == b then return true end
  if slotMs == 1 or b - a >= slotMs or a - b >= slotMs then return false end
  a, b = a % 4294967296, b % 4294967296
  return a - a % slotMs == b - b % slotMs
end

local function dropHead(w)
  w.units = w.units - w.headUnits
  if w.between == 0 then
    w.headMs, w.headUnits, w.tailUnits = w.tailMs, w.tailUnits, 0
    return
  end
  if w.from > w.to then w.source, w.from, w.to, w.added = w.added, 1, #w.added, '' end
  local ms, units
  ms, w.from = readVarint(w.source, w.from)
  units, w.from = readVarint(w.source, w.from)
  w.headMs, w.headUnits, w.between = w.headMs + ms, units, w.between - 1
end

local function expire(w, atMs)
  local sinceMs = atMs - w.windowMs
  while w.units > 0 and w.headMs <= sinceMs do dropHead(w) end
end

local function listRecords(w)
  if w.units == 0 then return {} end
  local records, ms = { { ms = w.headMs, units = w.headUnits } }, w.headMs
  local s, i = sub(w.source, w.from, w.to) .. w.added, 1
  while i <= #s do
    local gapMs, units
    gapMs, i = readVarint(s, i)
    units, i = readVarint(s, i)
    ms = ms + gapMs
    records[#records + 1] = { ms = ms, units = units }
  end
  if w.tailUnits > 0 then records[#records + 1] = { ms = w.tailMs, units = w.tailUnits } end
  return records
end

-- Adds to the newest record, or makes the first.
local function grow(w, cost, atMs)
  if w.tailUnits > 0 then
    w.tailUnits = w.tailUnits + cost
    w.gapMs = w.gapMs + atMs - w.tailMs
  else
    w.headMs = atMs
    w.headUnits = w.headUnits + cost
  end
  w.tailMs = atMs
  w.units = w.units + cost
end

local function pushRecord(w, ms, units)
  if w.units == 0 then return grow(w, units, ms) end
  if w.tailUnits > 0 then
    w.added = w.added .. varint(w.gapMs) .. varint(w.tailUnits)
    w.between = w.between + 1
  end
  w.gapMs = ms - w.tailMs
  w.tailMs = ms
  w.tailUnits = units
  w.units = w.units + units
end

local function setRecords(w, records)
  w.units, w.headUnits, w.tailUnits, w.gapMs, w.between = 0, 0, 0, 0, 0
  w.source, w.from, w.to, w.added = '', 1, 0, ''
  for _, record in ipairs(records) do pushRecord(w, record.ms, record.units) end
end

local function compact(w, slotMs)
  local merged = {}
  for _, record in ipairs(listRecords(w)) do
    local last = merged[#merged]
    if last and isSameSlot(last.ms, record.ms, slotMs) then
      last.ms, last.units = record.ms, last.units + record.units
    else
      merged[#merged + 1] = record
    end
  end
  setRecords(w, merged)
end

local function charge(w, take, atMs)
  local cost = take.cost
  if cost <= 0 then return end
  w.charged = true
  if w.units == 0 or isSameSlot(w.tailMs, atMs, take.slotMs) then return grow(w, cost, atMs) end
  if w.between + (w.tailUnits > 0 and 2 or 1) >= MAX_RECORDS then
    local slotMs = ceil(w.windowMs / SLOTS)
    compact(w, slotMs)
    if isSameSlot(w.tailMs, atMs, slotMs) then return grow(w, cost, atMs) end
  end
  pushRecord(w, atMs, cost)
end

local function refund(w, chargedMs, units, atMs)
  if chargedMs <= atMs - w.windowMs then return end
  local records, left = listRecords(w), {}
  local found
  for _, record in ipairs(records) do
    if record.ms >= chargedMs then
      found = record
      break
    end
  end
  if not found or not isSameSlot(found.ms, chargedMs, ceil(w.windowMs / SLOTS)) then return end
  found.units = found.units - min(units, found.units)
  for _, record in ipairs(records) do
    if record.units > 0 then left[#left + 1] = record end
  end
  w.charged = true
  setRecords(w, left)
end

-- When the record with the n-th oldest unit was last added to.
local function timeOfUnit(w, n)
  if n <= w.headUnits then return w.headMs end
  for _, record in ipairs(listRecords(w)) do
    n = n - record.units
    if n <= 0 then return record.ms end
  end
  return w.tailMs
end

local function retryMs(w, take, atMs, reserved)
  local wanted = take.cost + reserved
  if take.force or w.units + wanted <= take.limit then return 0 end
  if wanted > take.limit then return -1 end
  return timeOfUnit(w, w.units + wanted - take.limit) + w.windowMs - atMs
end

-- All windows of one holder. Other values than strings are another type of key: WRONGTYPE.
local function readHolder(key)
  local value = redis.pcall('GET', key)
  local windows = {}
  if value then
    if type(value) ~= 'string' then corrupt() end
    local i, n, length = 1, 0, #value
    while i <= length do
      n = n + 1
      windows[n], i = readWindow(value, i)
    end
  end
  return { key = key, value = value, windows = windows }
end

local function findWindow(holder, name, windowMs)
  for _, w in ipairs(holder.windows) do
    if w.name == name and w.windowMs == windowMs then return w end
  end
end

local texts = {}
local function text(n)
  local known = texts[n]
  if not known then
    known = string.format('%.0f', n)
    texts[n] = known
  end
  return known
end

-- Writes what is alive: windows that were not charged are copied as they are. The key lives a slot longer than the last
-- of them, because the short way adds to a slot without prolonging it.
local function saveHolder(holder, nowMs)
  local value, endMs = '', 0
  for _, w in ipairs(holder.windows) do
    local windowEndMs = w.tailMs + w.windowMs
    if w.units > 0 and windowEndMs > nowMs then
      if w.charged then value = value .. writeWindow(w)
      else value = value .. sub(holder.value, w.start, w.to) end
      endMs = max(endMs, windowEndMs + ceil(w.windowMs / SLOTS))
    end
  end
  if value == '' then redis.call('DEL', holder.key)
  else redis.call('PSETEX', holder.key, text(endMs - nowMs), value) end
end
`
