-- What stands before every script. A script is one transaction: nothing comes between, and where its first write is
-- refused nothing of it happens. Its first argument is a JSON object; all values that are stored come as texts. The second one is
-- the id of the Redis that has the sessions: one that was emptied, or that an address leads to by mistake, must not take a sign-in.

if ARGV[2] ~= '' and redis.call('GET', 'sessionkeep:store') ~= ARGV[2] then
  return redis.error_reply('ERR this Redis is not the one that has the sessions')
end

local asked = cjson.decode(ARGV[1])

local ENDINGS = 'sessionkeep:endings'
local MARKER = 'sessionkeep:marker'
local OUTBOX = 'sessionkeep:outbox'
local DEADLINES = 'sessionkeep:deadlines'

-- How long an ending is kept, in milliseconds: no access token lives for an hour.
local KEEP_ENDINGS = 3600000

local function session_key(id) return 'sessionkeep:session:' .. id end
-- The ids of a user's sessions: those that were not ended, which is what scripts walk through, and the others.
local function living_key(user) return 'sessionkeep:living-of:' .. user end
local function ended_key(user) return 'sessionkeep:ended-of:' .. user end
local function epoch_key(user) return 'sessionkeep:epoch-of:' .. user end

local function text(number) return string.format('%d', number) end

local function milliseconds()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function report(event) redis.call('XADD', OUTBOX, '*', 'event', event) end

-- Lets every instance know of a session that was ended, or raised to a newer version. Both keys go by themselves where
-- nothing ends.
local function announce(id, ended_at, ver, ver_at)
  local ending = table.concat({ended_at or '', ver, ver_at, id}, ' ')
  local now = milliseconds()
  redis.call('ZADD', ENDINGS, math.max(tonumber(ended_at or 0), tonumber(ver_at), now), ending)
  redis.call('ZREMRANGEBYSCORE', ENDINGS, '-inf', '(' .. text(now - KEEP_ENDINGS))
  redis.call('PEXPIRE', ENDINGS, KEEP_ENDINGS)
  -- It never comes back to a number that it had before it was lost.
  redis.call('SET', MARKER, text(math.max(tonumber(redis.call('GET', MARKER) or 0) + 1, now)))
  return ending
end

-- Moves an id to those of the sessions that were ended.
local function leave_the_living(user, id)
  local living, ended = living_key(user), ended_key(user)
  local expires_in = redis.call('PTTL', living)
  if redis.call('SMOVE', living, ended, id) == 1 and redis.call('PTTL', ended) < expires_in then
    redis.call('PEXPIRE', ended, expires_in)
  end
end

-- Ends one session that lives, not before its latest use.
local function end_one(user, id, at, reason)
  local row = redis.call('HMGET', session_key(id), 'rev', 'revoked_at', 'last_used_at', 'ver', 'ver_at')
  if not row[1] or row[2] then return nil end
  at = text(math.max(tonumber(at), tonumber(row[3])))
  redis.call('HSET', session_key(id), 'revoked_at', at, 'revoked_reason', reason)
  redis.call('HINCRBY', session_key(id), 'rev', 1)
  leave_the_living(user, id)
  return announce(id, at, row[4], row[5])
end

-- Ends these sessions of an account, as far as they live, and reports it where there was one. Adds what it ended to `ended`.
local function end_these(ended, user, ids, at, reason, event)
  local before = #ended
  for _, id in ipairs(ids) do table.insert(ended, end_one(user, id, at, reason)) end
  if #ended > before then report(event) end
end

-- Ends those of `which.expired` that had expired at `which.expired_before`. One that has a row leaves the living only by being
-- ended: another instance may take it for living, and what ends all sessions of an account must find it.
local function end_expired(ended, user, which)
  for _, id in ipairs(which.expired) do
    local row = redis.call('HMGET', session_key(id), 'rev', 'revoked_at', 'idle_deadline')
    if not row[1] or row[2] then
      leave_the_living(user, id)
    elseif tonumber(row[3]) <= tonumber(which.expired_before) then
      table.insert(ended, end_one(user, id, which.at, which.expired_reason))
    end
  end
end
