-- Does to a part of an account's sessions what a change of the account asks for, once: whoever comes late with an older task
-- has come after it was done. The first element of the answer is where the next part begins, '0' at the end. A crash in
-- between leaves the task, which then begins anew: to raise a version twice does no harm.
local done = redis.call('GET', epoch_key(asked.user))
if done and tonumber(done) >= tonumber(asked.epoch) then return {'0'} end
local living, ended = living_key(asked.user), ended_key(asked.user)
local answer
if asked.kind == 'bury' then
  local ids = redis.call('SPOP', living, asked.at_most)
  for _, id in ipairs(redis.call('SPOP', ended, asked.at_most)) do table.insert(ids, id) end
  answer = {redis.call('EXISTS', living, ended) > 0 and '1' or '0'}
  for _, id in ipairs(ids) do
    local row = redis.call('HMGET', session_key(id), 'rev', 'revoked_at', 'last_used_at')
    redis.call('DEL', session_key(id))
    redis.call('ZREM', DEADLINES, asked.user .. ' ' .. id)
    -- What ended before was announced then.
    if row[1] and not row[2] then
      table.insert(answer, announce(id, text(math.max(tonumber(asked.at), tonumber(row[3]))), '0', '0'))
    end
  end
else
  local part = redis.call('SSCAN', living, asked.cursor, 'COUNT', asked.at_most)
  answer = {part[1]}
  for _, id in ipairs(part[2]) do
    local key = session_key(id)
    local row = redis.call('HMGET', key, 'rev', 'revoked_at', 'last_used_at', 'ver')
    if row[1] and not row[2] and asked.kind == 'raise' then
      local ver, at = text(tonumber(row[4]) + 1), text(math.max(tonumber(asked.at), tonumber(row[3])))
      redis.call('HSET', key, 'ver', ver, 'ver_at', at)
      redis.call('HINCRBY', key, 'rev', 1)
      table.insert(answer, announce(id, nil, ver, at))
    elseif asked.kind == 'end' then
      table.insert(answer, end_one(asked.user, id, asked.at, asked.reason))
    end
  end
end
-- Nobody who was stopped in the middle comes back after a day.
if answer[1] == '0' then redis.call('SET', epoch_key(asked.user), asked.epoch, 'EX', 86400) end
return answer
