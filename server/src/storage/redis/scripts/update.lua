-- Compare and set: what was decided on a session is done if that is still as it was read. Else the answer is what it is now:
-- who has lost decides again at once, and is ahead of the next one, who has to read first.
local key = session_key(asked.id)
if redis.call('HGET', key, 'rev') ~= asked.rev then return {redis.call('HGETALL', key), redis.call('TIME')} end
-- More than one script ends: nothing is done before they are fewer.
if asked.end_others and redis.call('SCARD', living_key(asked.user)) > tonumber(asked.end_others.at_most) then return {} end
local ended = {}
if asked.fields then
  for field, value in pairs(asked.fields) do redis.call('HSET', key, field, value) end
  for _, field in ipairs(asked.unset) do redis.call('HDEL', key, field) end
  redis.call('HINCRBY', key, 'rev', 1)
end
if asked.ended_at then
  local row = redis.call('HMGET', key, 'ver', 'ver_at')
  leave_the_living(asked.user, asked.id)
  table.insert(ended, announce(asked.id, asked.ended_at, row[1], row[2]))
end
if asked.end_others then
  for _, id in ipairs(redis.call('SMEMBERS', living_key(asked.user))) do
    if id ~= asked.id then table.insert(ended, end_one(asked.user, id, asked.end_others.at, asked.end_others.reason)) end
  end
end
for _, event in ipairs(asked.events) do report(event) end
return {ended}
