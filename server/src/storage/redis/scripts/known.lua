-- What is known of the sessions of an account that were ended, or raised, at some time or later.
local known = {}
for _, id in ipairs(redis.call('SUNION', living_key(asked.user), ended_key(asked.user))) do
  local row = redis.call('HMGET', session_key(id), 'revoked_at', 'ver', 'ver_at')
  if row[2] and math.max(tonumber(row[1] or 0), tonumber(row[3])) >= tonumber(asked.since) then
    table.insert(known, table.concat({row[1] or '', row[2], row[3], id}, ' '))
  end
end
return known
