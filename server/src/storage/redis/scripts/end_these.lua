-- Ends these sessions of an account, as far as they live: those that exceed the cap, and without a report those that have
-- expired.
local ended = {}
end_expired(ended, asked.user, asked)
end_these(ended, asked.user, asked.ids, asked.at, asked.reason, asked.event)
return ended
