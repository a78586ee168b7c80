/** The head of a script for batches of any shapes. */
export const ANY_SHAPES_LUA = `
local deadlineMs, order, json, firstArg = tonumber(ARGV[1]), ARGV[2], ARGV[3], 4
local reply, count = { pack('<I6', nowMs) }, #order / 2
`

/**
 * The long way: decides the requests of a batch, each all or nothing (RULES R2, R13, R14): core's `store-decisions.ts` on
 * what is in Redis. After `ANY_SHAPES_LUA`, or after `fastTakeLua` for what that has left.
 *
 * KEYS: for each decision its holders, its credentials and, where its shape asks, the epoch of its shard.
 * ARGV: deadline in ms of the server's clock | two characters per decision (its shape, base 128, from 1) | shapes as JSON
 * | what the decisions' shapes ask for: `claimId, expiresAtMs, issuedAtMs` per claim, and a deadline of its own.
 *
 * Reply: `server ms u48`, then each decision: its status u8 and what follows it, as `decision-reply.ts` reads it.
 *
 * A decision reads and weighs first and writes last. What fails in it is answered to its caller alone: the run goes on
 * with the next one. Only errors of Redis itself can come from a write, and they come from the first or from none.
 */
export const DECIDE_LUA = `
local ADMITTED, REFUSED, LATE, FULL, CORRUPT, FAILED = 1, 2, 3, 4, 5, 6
local OUTCOMES = { claimed = 0, spent = 1, inFlight = 2, exhausted = 3, expired = 4, lost = 5, unsettled = 6 }

local shapes, isLate = cjson.decode(json), nowMs > deadlineMs
-- The decision at hand: its shape, where its keys and arguments begin, its time, and what it has read and seated.
local shape, firstKey, atMs
local holders, credentials, beganMs, seats, takes, firstSeat, seated, isOutOfSlots

local function epoch()
  if beganMs then return beganMs end
  local key = KEYS[firstKey + shape.keys - 1]
  beganMs = tonumber(redis.call('GET', key) or nil)
  if not beganMs then
    beganMs = nowMs
    redis.call('SET', key, text(nowMs), 'PX', '2592000000')
  end
  return beganMs
end

local function holderOf(take)
  local holder = holders[take.holder]
  if not holder then
    holder = readHolder(KEYS[firstKey + take.holder])
    holders[take.holder] = holder
  end
  return holder
end

-- The window, without what has expired in it.
local function weighable(take)
  local holder = holderOf(take)
  local w = findWindow(holder, take.name, take.windowMs)
  if not w then
    w = emptyWindow(take.name, take.windowMs)
    holder.windows[#holder.windows + 1] = w
  elseif w.units > 0 then
    if w.tailMs > atMs then atMs = w.tailMs end
    expire(w, atMs)
  end
  return w
end

local function seat(w, take)
  seated = seated + 1
  seats[seated], takes[seated] = w, take
end

-- Units that takes seated before want from the same window.
local function reservedOf(w)
  local units = 0
  for i = firstSeat, seated do
    if seats[i] == w then units = units + takes[i].cost end
  end
  return units
end

local function seatAll(list)
  for i = 1, #list do
    local take = list[i]
    local w = weighable(take)
    if not take.force and w.units + take.cost + (seated > 0 and reservedOf(w) or 0) > take.limit then return false end
    seat(w, take)
  end
  return true
end

local function left(w, take)
  return max(0, take.limit - w.units)
end

local function nextMs(w)
  return w.units > 0 and w.headMs + w.windowMs - atMs or 0
end

local function fullMs(w)
  return w.units > 0 and w.tailMs + w.windowMs - atMs or 0
end

local function refusedState(w, take, retry)
  return pack('<I6i4i4i4', left(w, take), retry, nextMs(w), fullMs(w))
end

-- How windows stand, with what was seated before them taken for granted; and whether all are open.
local function look(list)
  local states, isOpen = '', true
  for i = 1, #list do
    local take = list[i]
    local w = weighable(take)
    local retry = retryMs(w, take, atMs, reservedOf(w))
    if retry ~= 0 then isOpen = false end
    seat(w, take)
    states = states .. refusedState(w, take, retry)
  end
  return states, isOpen
end

local function credentialOf(take)
  local credential = credentials[take.key]
  if not credential then
    credential = readCredential(KEYS[firstKey + take.key])
    credentials[take.key] = credential
  end
  return credential
end

local function weighSlot(take, reserved)
  local credential = credentialOf(take)
  if credential.record then lapse(credential, nowMs) end
  local used = credential.record and credential.record.used or 0
  if used + reserved < take.uses then return 'claimed' end
  isOutOfSlots = true
  return 'inFlight'
end

local function weighClaim(take, reserved)
  if take.lapse == FREE then return weighSlot(take, reserved) end
  local issuedAtMs = tonumber(ARGV[firstArg + take.arg + 2])
  if nowMs >= tonumber(ARGV[firstArg + take.arg + 1]) then return 'expired' end
  if issuedAtMs and issuedAtMs < epoch() then return 'lost' end
  local credential = credentialOf(take)
  local record = credential.record
  if not record then
    if not take.settled then return 'unsettled' end
    return take.uses > reserved and 'claimed' or 'spent'
  end
  if record.uses == 0 then return 'spent' end
  lapse(credential, nowMs)
  if usesLeft(record, take.uses) > reserved then return 'claimed' end
  if isExhausted(record) then return 'exhausted' end
  return mayComeBack(record) and 'inFlight' or 'spent'
end

local function weighClaims(list)
  local outcomes, isOpen = '', true
  for i = 1, #list do
    local reserved = 0
    for before = 1, i - 1 do
      if list[before].key == list[i].key then reserved = reserved + 1 end
    end
    local outcome = weighClaim(list[i], reserved)
    if outcome ~= 'claimed' then isOpen = false end
    outcomes = outcomes .. char(OUTCOMES[outcome])
  end
  return outcomes, isOpen
end

local function takeClaims(list)
  local lefts = ''
  for i = 1, #list do
    local take = list[i]
    local credential, expiresAtMs = credentialOf(take), tonumber(ARGV[firstArg + take.arg + 1])
    local record = credential.record
    if not record then
      record = { uses = take.uses, used = 0, givenBack = 0, expiresAtMs = expiresAtMs, claims = {} }
      credential.record = record
    end
    record.used = record.used + 1
    if take.lapse == FREE then record.uses = take.uses end
    record.expiresAtMs = max(record.expiresAtMs, expiresAtMs)
    record.claims[#record.claims + 1] = { id = ARGV[firstArg + take.arg], state = LIVE,
      leaseEndMs = nowMs + take.leaseMs, lapse = take.lapse }
    credential.dirty = true
    lefts = lefts .. pack('<I4', usesLeft(record, take.uses))
  end
  return lefts
end

local function isOpen(way)
  if way.lookOnly then return false end
  seated = 0
  if not seatAll(way.common or shape.common) or not seatAll(way.windows) then return false end
  if #way.claims == 0 then return true end
  local _, isClaimed = weighClaims(way.claims)
  return isClaimed
end

local function save()
  for i = 0, shape.holders - 1 do
    local holder = holders[i]
    if holder and holder.dirty then saveHolder(holder, nowMs) end
  end
  for _, credential in pairs(credentials) do
    if credential.dirty then saveCredential(credential, nowMs) end
  end
end

local function chargeSeat(i)
  local take = takes[i]
  if take.cost > 0 then
    charge(seats[i], take, atMs)
    holders[take.holder].dirty = true
  end
end

local function admit(index, way)
  for i = 1, seated do chargeSeat(i) end
  local answer = pack('<BBi4', ADMITTED, index - 1, atMs - nowMs)
  for i = 1, seated do
    local w = seats[i]
    answer = answer .. pack('<I6i4i4', left(w, takes[i]), nextMs(w), fullMs(w))
  end
  if #way.claims > 0 then answer = answer .. takeClaims(way.claims) end
  save()
  return answer
end

-- Each window that fits, by itself; where a slot is wanting they are only looked at.
local function takeEach(list)
  local states = ''
  seated = 0
  for i = 1, #list do seat(weighable(list[i]), list[i]) end
  for i = 1, seated do
    local retry = retryMs(seats[i], takes[i], atMs, 0)
    if retry == 0 and not isOutOfSlots then chargeSeat(i) end
    states = states .. refusedState(seats[i], takes[i], retry)
  end
  return states
end

local function refuse()
  seated = 0
  local common, isCommonOpen = look(shape.common)
  local seatedCommon, isAnyOpen, ways = seated, #shape.ways == 0 and isCommonOpen, ''
  for _, way in ipairs(shape.ways) do
    local isCounted = isCommonOpen
    seated = seatedCommon
    if way.common then
      -- The way is counted by windows of its own: those of the request stand aside.
      firstSeat = seatedCommon + 1
      local states
      states, isCounted = look(way.common)
      ways = ways .. states
    end
    isAnyOpen = isAnyOpen or isCounted
    ways = ways .. look(way.windows) .. weighClaims(way.claims)
    firstSeat = 1
  end
  ways = isAnyOpen and ways .. takeEach(shape.otherwise) or ''
  save()
  return pack('<BBi4', REFUSED, isAnyOpen and 1 or 0, atMs - nowMs) .. common .. ways
end

local function decide()
  local ownDeadline = shape.deadline and tonumber(ARGV[firstArg + shape.args - 1])
  if isLate or ownDeadline and nowMs > ownDeadline then return char(LATE) end
  atMs, beganMs, holders, credentials, seats, takes, firstSeat, isOutOfSlots = nowMs, nil, {}, {}, {}, {}, 1, false
  for index, way in ipairs(shape.ways) do
    if isOpen(way) then return admit(index, way) end
  end
  return refuse()
end

-- Troubles of the server are no fault of the record: they are reported as they are.
local SERVER_TROUBLES = { 'READONLY', 'MISCONF', 'NOREPLICAS', 'MASTERDOWN', 'LOADING', 'NOPERM' }
local function failureOf(problem)
  local message = sub(type(problem) == 'table' and problem.err or tostring(problem), 1, 200)
  if string.find(message, 'OOM', 1, true) then return char(FULL) end
  for _, trouble in ipairs(SERVER_TROUBLES) do
    if string.find(message, trouble, 1, true) then return char(FAILED, #message) .. message end
  end
  return char(CORRUPT)
end

local done, nextKey, nextArg = 0, 1, firstArg
local function run()
  while done < count do
    done = done + 1
    shape = shapes[order and byte(order, 2 * done - 1) * 128 + byte(order, 2 * done) or 1]
    firstKey, firstArg = nextKey, nextArg
    nextKey, nextArg = nextKey + shape.keys, nextArg + shape.args
    reply[done + 1] = reply[done + 1] or decide()
  end
end

repeat
  local isDone, problem = pcall(run)
  if not isDone then reply[done + 1] = failureOf(problem) end
until done >= count
return table.concat(reply)
`
