-- Ends these sessions of an account, as far as they live: those that exceed the cap, and without a report those that have
-- expired. Those that are gone leave the set.
local ended = {}
for _, id in ipairs(asked.gone) do leave_the_living(asked.user, id) end
for _, id in ipairs(asked.expired) do table.insert(ended, end_one(asked.user, id, asked.at, asked.expired_reason)) end
end_these(ended, asked.user, asked.ids, asked.at, asked.reason, asked.event)
return ended
