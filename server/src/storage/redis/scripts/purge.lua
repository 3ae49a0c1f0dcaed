-- Removes some of the sessions whose absolute end is long ago. Most are gone by themselves; what pointed to them goes here.
local over = redis.call('ZRANGEBYSCORE', DEADLINES, '-inf', '(' .. asked.before, 'LIMIT', 0, asked.at_most)
local removed = 0
for _, member in ipairs(over) do
  local user, id = string.match(member, '^(%S*) (.*)$')
  removed = removed + redis.call('DEL', session_key(id))
  redis.call('SREM', living_key(user), id)
  redis.call('SREM', ended_key(user), id)
  redis.call('ZREM', DEADLINES, member)
end
redis.call('ZREMRANGEBYSCORE', ENDINGS, '-inf', '(' .. asked.before)
return {#over, removed}
