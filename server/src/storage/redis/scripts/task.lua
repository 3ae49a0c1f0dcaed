-- Does to the sessions of an account what a change of the account asks for, once: whoever comes late with an older task
-- has come after it was done.
local done = redis.call('GET', epoch_key(asked.user))
if done and tonumber(done) >= tonumber(asked.epoch) then return {} end
local endings = {}
local ids = redis.call('SMEMBERS', living_key(asked.user))
if asked.kind == 'bury' then ids = redis.call('SUNION', living_key(asked.user), ended_key(asked.user)) end
for _, id in ipairs(ids) do
  local key = session_key(id)
  local row = redis.call('HMGET', key, 'rev', 'revoked_at', 'last_used_at', 'ver')
  if row[1] and asked.kind == 'bury' then
    local at = text(math.max(tonumber(asked.at), tonumber(row[3])))
    redis.call('DEL', key)
    redis.call('ZREM', DEADLINES, asked.user .. ' ' .. id)
    table.insert(endings, announce(id, at, '0', '0'))
  elseif row[1] and not row[2] and asked.kind == 'raise' then
    local ver, at = text(tonumber(row[4]) + 1), text(math.max(tonumber(asked.at), tonumber(row[3])))
    redis.call('HSET', key, 'ver', ver, 'ver_at', at)
    redis.call('HINCRBY', key, 'rev', 1)
    table.insert(endings, announce(id, nil, ver, at))
  elseif asked.kind == 'end' then
    table.insert(endings, end_one(asked.user, id, asked.at, asked.reason))
  end
end
if asked.kind == 'bury' then redis.call('DEL', living_key(asked.user), ended_key(asked.user)) end
-- Nobody who was stopped in the middle comes back after a day.
redis.call('SET', epoch_key(asked.user), asked.epoch, 'EX', 86400)
return endings
