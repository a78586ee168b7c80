/**
 * Everything but decisions (RULES R11-R13, R33, R34), a batch of operations in one call.
 *
 * KEYS: those of the operations, in order. ARGV: the operations as JSON, each with `op`, `keys` (how many) and its terms.
 * Reply: JSON, `[server ms, { value } or { error }, ...]`.
 */
export const TEND_LUA = `
local EPOCH_MS = '2592000000'
local firstKey, ops = 1, {}

local function onCredential(change)
  return function(op)
    local credential = readCredential(KEYS[firstKey])
    local value = change(credential, op)
    if credential.dirty then saveCredential(credential, nowMs) end
    return value
  end
end

ops.keep = onCredential(function(credential, op) return keepClaim(credential, op.claimId, nowMs) end)
ops.giveBack = onCredential(function(credential, op) return giveBackClaim(credential, op.claimId, nowMs) end)
ops.undo = onCredential(function(credential, op) return undoClaim(credential, op.claimId, nowMs) end)

-- A credential of no uses, claimed before or not.
ops.revoke = onCredential(function(credential, op)
  local record = credential.record or { used = 0, givenBack = 0, expiresAtMs = 0, claims = {} }
  record.uses = 0
  record.expiresAtMs = max(record.expiresAtMs, op.untilMs)
  credential.record = record
  credential.dirty = true
end)

-- Never shortens a lease.
ops.renew = onCredential(function(credential, op)
  local claim = liveClaim(credential, op.claimId, nowMs)
  if not claim then return false end
  claim.leaseEndMs = max(claim.leaseEndMs, nowMs + op.leaseMs)
  credential.dirty = true
  return true
end)

-- Sets the leases of all the claims, or of none.
function ops.stretch(op)
  local byKey, live = {}, {}
  for i, claimId in ipairs(op.claimIds) do
    local key = KEYS[firstKey + i - 1]
    byKey[key] = byKey[key] or readCredential(key)
    live[i] = liveClaim(byKey[key], claimId, nowMs)
  end
  for i in ipairs(op.claimIds) do
    if not live[i] and not op.any then return false end
  end
  for i in ipairs(op.claimIds) do
    if live[i] then
      live[i].leaseEndMs = nowMs + op.leaseMs
      byKey[KEYS[firstKey + i - 1]].dirty = true
    end
  end
  for _, credential in pairs(byKey) do
    if credential.dirty then saveCredential(credential, nowMs) end
  end
  return true
end

function ops.seal(op)
  return redis.call('SET', KEYS[firstKey], op.claims, 'NX', 'PX', text(op.ttlMs)) and true or false
end

function ops.unseal()
  return redis.call('DEL', KEYS[firstKey])
end

-- Compare-and-set: what was sealed is answered once, and the seal stays used until its end.
function ops.resume()
  local claims = redis.call('GET', KEYS[firstKey])
  if not claims or claims == '' then return false end
  redis.call('SET', KEYS[firstKey], '', 'PX', text(max(1, redis.call('PTTL', KEYS[firstKey]))))
  return claims
end

function ops.adjust(op)
  local holder = readHolder(KEYS[firstKey])
  local w = findWindow(holder, op.name, op.windowMs)
  if not w then
    if op.units <= 0 then return false end
    w = emptyWindow(op.name, op.windowMs)
    holder.windows[#holder.windows + 1] = w
  end
  local atMs = w.units > 0 and max(nowMs, w.tailMs) or nowMs
  expire(w, atMs)
  if op.units > 0 then charge(w, { cost = op.units, slotMs = op.slotMs }, atMs)
  else refund(w, op.atMs, -op.units, atMs) end
  if w.charged then saveHolder(holder, nowMs) end
  return true
end

function ops.inspect()
  local found = {}
  for _, w in ipairs(readHolder(KEYS[firstKey]).windows) do
    expire(w, nowMs)
    if w.units > 0 then
      found[#found + 1] = { name = text(w.name), windowMs = w.windowMs, used = w.units,
        nextMs = w.headMs + w.windowMs - nowMs, fullMs = w.tailMs + w.windowMs - nowMs }
    end
  end
  return found
end

function ops.reset()
  return redis.call('DEL', KEYS[firstKey])
end

-- Makes the shard's epoch, or keeps it alive (R15).
function ops.greet()
  redis.call('SET', KEYS[firstKey], text(nowMs), 'NX', 'PX', EPOCH_MS)
  redis.call('PEXPIRE', KEYS[firstKey], EPOCH_MS)
  return true
end

-- So that inspectors know what a window's name was made of.
function ops.name(op)
  redis.call('SET', KEYS[firstKey], op.id, 'PX', text(op.ttlMs))
  return true
end

function ops.readName()
  return redis.call('GET', KEYS[firstKey])
end

local reply = { nowMs }
for i, op in ipairs(cjson.decode(ARGV[1])) do
  local isDone, value = pcall(ops[op.op], op)
  if isDone then reply[i + 1] = { value = value }
  else reply[i + 1] = { error = type(value) == 'table' and value.err or tostring(value) } end
  firstKey = firstKey + op.keys
end
return cjson.encode(reply)
`
