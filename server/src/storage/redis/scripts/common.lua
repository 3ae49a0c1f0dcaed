-- What stands before every script. A script is one transaction: nothing comes between, and where its first write is
-- refused nothing of it happens. Its one argument is a JSON object; all values that are stored come as texts.

local asked = cjson.decode(ARGV[1])

local ENDINGS = 'sessionkeep:endings'
local MARKER = 'sessionkeep:marker'
local OUTBOX = 'sessionkeep:outbox'
local DEADLINES = 'sessionkeep:deadlines'

-- How long an ending is kept, in milliseconds: no access token lives for an hour.
local KEEP_ENDINGS = 3600000

local function session_key(id) return 'sessionkeep:session:' .. id end
local function sessions_key(user) return 'sessionkeep:sessions-of:' .. user end
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
  redis.call('ZADD', ENDINGS, math.max(tonumber(ended_at or 0), tonumber(ver_at)), ending)
  redis.call('ZREMRANGEBYSCORE', ENDINGS, '-inf', '(' .. text(milliseconds() - KEEP_ENDINGS))
  redis.call('PEXPIRE', ENDINGS, KEEP_ENDINGS)
  -- It never comes back to a number that it had before it was lost.
  if redis.call('INCR', MARKER) == 1 then redis.call('SET', MARKER, text(milliseconds())) end
  return ending
end

-- Ends one session that lives, not before its latest use.
local function end_one(id, at, reason)
  local row = redis.call('HMGET', session_key(id), 'rev', 'revoked_at', 'last_used_at', 'ver', 'ver_at')
  if not row[1] or row[2] then return nil end
  at = text(math.max(tonumber(at), tonumber(row[3])))
  redis.call('HSET', session_key(id), 'revoked_at', at, 'revoked_reason', reason)
  redis.call('HINCRBY', session_key(id), 'rev', 1)
  return announce(id, at, row[4], row[5])
end
