-- Ends what lives of an account: but for one session, which must live itself; or what was begun before some time.
-- Whoever asked has given up by then, and perhaps signed in again.
if milliseconds() > tonumber(asked.not_after) then return redis.error_reply('ERR this comes too late') end
if asked.spared then
  local row = redis.call('HMGET', session_key(asked.spared), 'rev', 'revoked_at')
  if not row[1] or row[2] then return false end
end
local ended = {}
for _, id in ipairs(redis.call('SMEMBERS', living_key(asked.user))) do
  local begun = redis.call('HGET', session_key(id), 'created_at')
  if begun and id ~= asked.spared and (not asked.begun_before or tonumber(begun) < tonumber(asked.begun_before)) then
    table.insert(ended, end_one(asked.user, id, asked.at, asked.reason))
  end
end
if #ended > 0 then report(asked.event) end
return ended
