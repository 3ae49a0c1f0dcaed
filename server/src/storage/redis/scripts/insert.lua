-- Adds a session and ends those that exceed the cap then, unless its account was changed after it was read: then it says
-- which change that was.
local done = redis.call('GET', epoch_key(asked.user))
if done and tonumber(done) > tonumber(asked.epoch) then return {'CHANGED', done} end
local key, index = session_key(asked.id), living_key(asked.user)
if redis.call('EXISTS', key) == 1 then return redis.error_reply('ERR there is a session of this id') end
for field, value in pairs(asked.fields) do redis.call('HSET', key, field, value) end
redis.call('HSET', key, 'rev', 0)
redis.call('PEXPIREAT', key, asked.expires_at)
redis.call('SADD', index, asked.id)
-- As long as the longest of its sessions.
if redis.call('PTTL', index) < 0 then
  redis.call('PEXPIREAT', index, asked.expires_at)
else
  redis.call('PEXPIREAT', index, asked.expires_at, 'GT')
end
redis.call('ZADD', DEADLINES, asked.deadline, asked.user .. ' ' .. asked.id)
if asked.event then report(asked.event) end
local answer = {'BEGUN'}
if asked.excess then
  -- Not part of the answer: nobody who could be told of it uses them, and the cap did not end them.
  end_expired({}, asked.user, asked.excess)
  end_these(answer, asked.user, asked.excess.ids, asked.excess.at, asked.excess.reason, asked.excess.event)
end
return answer
