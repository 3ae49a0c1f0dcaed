-- Ends these sessions of an account, as far as they live.
local ended = {}
for _, id in ipairs(asked.expired) do leave_the_living(asked.user, id) end
end_these(ended, asked.user, asked.ids, asked.at, asked.reason, asked.event)
return ended
