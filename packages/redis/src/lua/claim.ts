/**
 * Claims on one credential in Lua (RULES R11, R12, R26): the arithmetic of core's `claim-record.ts`, line by line.
 *
 * One string per credential, little endian:
 *
 *     uses u32 | used u32 | given back u32 | expires at ms u48 | claims, oldest first
 *
 * and each claim: `state u8 | lapse u8 (0: kept, 1: its use is given back, 2: a slot) | lease end ms u48 | length u8 | claimId`.
 */
export const CLAIM_LUA = `
local RECORD, RECORD_BYTES, CLAIM, CLAIM_BYTES = '<I4I4I4I6', 18, '<BBI6B', 9
local GRACE_MS, GIVE_BACKS_PER_USE, REMEMBERED_ENDS = 60000, 3, 32
local LIVE, KEPT, LAPSED, GIVEN_BACK, OVERLAP, EXHAUSTED = 1, 2, 3, 4, 5, 6
local FREE = 2
local KEEP_OF_ENDED = { [KEPT] = 'kept', [EXHAUSTED] = 'kept', [OVERLAP] = 'overlap', [GIVEN_BACK] = 'gone' }
local GIVE_BACK_OF_ENDED = { [KEPT] = 'gone', [OVERLAP] = 'gone', [LAPSED] = 'givenBack',
  [GIVEN_BACK] = 'givenBack', [EXHAUSTED] = 'exhausted' }

local function readClaims(s)
  local claims, i, length = {}, RECORD_BYTES + 1, #s
  while i <= length do
    if i + CLAIM_BYTES - 1 > length then corrupt() end
    local state, lapse, leaseEndMs, bytes, from = unpack_(CLAIM, s, i)
    i = from + bytes
    if i - 1 > length or state < LIVE or state > EXHAUSTED then corrupt() end
    claims[#claims + 1] = { id = sub(s, from, i - 1), state = state, lapse = lapse, leaseEndMs = leaseEndMs }
  end
  return claims
end

-- A credential: its record is nil when it was never claimed.
local function readCredential(key)
  local value = redis.pcall('GET', key)
  local credential = { key = key }
  if value then
    if type(value) ~= 'string' or #value < RECORD_BYTES then corrupt() end
    local uses, used, givenBack, expiresAtMs = unpack_(RECORD, value)
    credential.record = { uses = uses, used = used, givenBack = givenBack, expiresAtMs = expiresAtMs,
      claims = readClaims(value) }
  end
  return credential
end

-- The key outlives the credential by its grace, and every lease that is running.
local function saveCredential(credential, nowMs)
  local record = credential.record
  local endMs, value = record.expiresAtMs + GRACE_MS, pack(RECORD, record.uses, record.used, record.givenBack, record.expiresAtMs)
  for _, claim in ipairs(record.claims) do
    value = value .. pack(CLAIM, claim.state, claim.lapse, claim.leaseEndMs, #claim.id) .. claim.id
    if claim.state == LIVE and claim.leaseEndMs > endMs then endMs = claim.leaseEndMs end
  end
  redis.call('PSETEX', credential.key, text(max(1, endMs - nowMs)), value)
end

local function isPlainEnd(claim)
  return claim.state ~= LIVE and claim.state ~= LAPSED
end

local function finish(credential, claim, state)
  local record, kept, surplus = credential.record, {}, -REMEMBERED_ENDS
  claim.state = state
  credential.dirty = true
  if claim.lapse == FREE then
    for _, candidate in ipairs(record.claims) do
      if candidate ~= claim then kept[#kept + 1] = candidate end
    end
    record.claims = kept
    return
  end
  for _, candidate in ipairs(record.claims) do
    if isPlainEnd(candidate) then surplus = surplus + 1 end
  end
  if surplus <= 0 then return end
  for _, candidate in ipairs(record.claims) do
    if isPlainEnd(candidate) and surplus > 0 then surplus = surplus - 1
    else kept[#kept + 1] = candidate end
  end
  record.claims = kept
end

local function isExhausted(record)
  return record.givenBack >= GIVE_BACKS_PER_USE * record.uses
end

-- Frees a use if it may be given back once more.
local function free(record)
  if isExhausted(record) then return false end
  record.used = record.used - 1
  record.givenBack = record.givenBack + 1
  return true
end

-- Ends the claims whose lease is over.
local function lapse(credential, nowMs)
  local record = credential.record
  for _, claim in ipairs(record.claims) do
    if claim.state == LIVE and claim.leaseEndMs <= nowMs then
      if claim.lapse == 0 then finish(credential, claim, KEPT)
      elseif claim.lapse == FREE then
        record.used = record.used - 1
        finish(credential, claim, LAPSED)
      else finish(credential, claim, free(record) and LAPSED or EXHAUSTED) end
    end
  end
end

local function usesLeft(record, uses)
  return max(0, min(record.uses, uses) - record.used)
end

local function mayComeBack(record)
  for _, claim in ipairs(record.claims) do
    if claim.state == LIVE and claim.lapse ~= 0 then return true end
  end
  return false
end

local function findClaim(record, claimId)
  for _, claim in ipairs(record.claims) do
    if claim.id == claimId then return claim end
  end
end

local function liveClaim(credential, claimId, nowMs)
  if not credential.record then return end
  lapse(credential, nowMs)
  local claim = findClaim(credential.record, claimId)
  if claim and claim.state == LIVE then return claim end
end

-- These three answer what core's keepClaim, giveBackClaim and GiveBackOutcome call it.
local function keepClaim(credential, claimId, nowMs)
  local record = credential.record
  if not record then return 'gone' end
  lapse(credential, nowMs)
  local claim = findClaim(record, claimId)
  if not claim then return 'gone' end
  if claim.state == LIVE then
    if claim.lapse == FREE then record.used = record.used - 1 end
    finish(credential, claim, KEPT)
    return 'kept'
  end
  if claim.state ~= LAPSED then return KEEP_OF_ENDED[claim.state] end
  if record.used >= record.uses then
    finish(credential, claim, OVERLAP)
    return 'overlap'
  end
  record.used = record.used + 1
  finish(credential, claim, KEPT)
  return 'kept'
end

local function giveBackClaim(credential, claimId, nowMs)
  local record = credential.record
  if not record then return 'gone' end
  lapse(credential, nowMs)
  local claim = findClaim(record, claimId)
  if not claim then return 'gone' end
  if claim.state ~= LIVE then return GIVE_BACK_OF_ENDED[claim.state] end
  if claim.lapse == FREE then
    record.used = record.used - 1
    finish(credential, claim, GIVEN_BACK)
    return 'givenBack'
  end
  local isFree = free(record)
  finish(credential, claim, isFree and GIVEN_BACK or EXHAUSTED)
  return isFree and 'givenBack' or 'exhausted'
end

-- A claim whose decision came to nothing: as if it had never been made, so it is not counted as given back.
local function undoClaim(credential, claimId, nowMs)
  local claim = liveClaim(credential, claimId, nowMs)
  if not claim then return 'gone' end
  credential.record.used = credential.record.used - 1
  finish(credential, claim, GIVEN_BACK)
  return 'givenBack'
end
`

/** What the end of a lease does, by its number in a claim. */
export const LAPSES = { keep: 0, giveBack: 1, free: 2 } as const
