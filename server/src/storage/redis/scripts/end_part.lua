-- Ends a part of what lives of an account: but for one session, which must live itself; what was begun before some time; or both.
-- The first element of the answer is where the next part begins, '0' at the end.
-- Whoever asked has given up by then, and perhaps signed in again.
if milliseconds() > tonumber(asked.not_after) then return redis.error_reply('ERR this comes too late') end
if asked.spared then
  local row = redis.call('HMGET', session_key(asked.spared), 'rev', 'revoked_at')
  if not row[1] or row[2] then return false end
end
local part = redis.call('SSCAN', living_key(asked.user), asked.cursor, 'COUNT', asked.at_most)
local ids = {}
for _, id in ipairs(part[2]) do
  local begun = redis.call('HGET', session_key(id), 'created_at')
  if begun and id ~= asked.spared and (not asked.begun_before or tonumber(begun) < tonumber(asked.begun_before)) then
    table.insert(ids, id)
  end
end
local answer = {part[1]}
end_these(answer, asked.user, ids, asked.at, asked.reason, asked.event)
return answer
