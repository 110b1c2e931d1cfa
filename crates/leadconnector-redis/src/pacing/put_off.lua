-- Keeps the places of requests that last long from lapsing; those that Redis has lost are there again.
--
-- KEYS: `places`, as in take.lua. ARGV: the interval, the lease, and the places.

local places, interval, lease = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
for i = 3, #ARGV do
    redis.call('ZADD', places, 'GT', now + interval + lease, ARGV[i])
end
redis.call('PEXPIRE', places, interval + 60000)
