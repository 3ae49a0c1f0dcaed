-- Notes that access tokens were used. Only the head that is not confirmed yet is.
for _, used in ipairs(asked.confirmations) do
  local key = session_key(used.id)
  local row = redis.call('HMGET', key, 'gen', 'confirmed_at', 'emitted_at')
  if row[1] == used.gen and not row[2] then
    redis.call('HSET', key, 'confirmed_at', text(math.max(tonumber(used.at), tonumber(row[3]))))
    redis.call('HINCRBY', key, 'rev', 1)
  end
end
return redis.status_reply('OK')
