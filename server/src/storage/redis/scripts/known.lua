-- A part of everybody's endings at some time or later, from `offset` on: how many it looked at, and those of one account.
local known = {}
local part = redis.call('ZRANGEBYSCORE', ENDINGS, asked.since, '+inf', 'LIMIT', asked.offset, asked.at_most)
for _, ending in ipairs(part) do
  local id = string.match(ending, '^%S* %S+ %S+ (.*)$')
  if redis.call('SISMEMBER', living_key(asked.user), id) == 1 or redis.call('SISMEMBER', ended_key(asked.user), id) == 1 then
    table.insert(known, ending)
  end
end
return {#part, known}
