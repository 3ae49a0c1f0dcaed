-- What is known of the sessions of an account that were ended, or raised, at some time or later.
local known = {}
for _, ending in ipairs(redis.call('ZRANGEBYSCORE', ENDINGS, asked.since, '+inf')) do
  local id = string.match(ending, '^%S* %S+ %S+ (.*)$')
  if redis.call('SISMEMBER', living_key(asked.user), id) == 1 or redis.call('SISMEMBER', ended_key(asked.user), id) == 1 then
    table.insert(known, ending)
  end
end
return known
