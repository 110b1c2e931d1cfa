-- Takes note of how a request has ended, and of what the vendor's headers say of the budget.
--
-- KEYS: `places`, `state` and `line`, as in take.lua. ARGV: names and values; what is not known is not there.

local places, state_key, line_key = KEYS[1], KEYS[2], KEYS[3]
local told = {}
for i = 1, #ARGV, 2 do
    told[ARGV[i]] = ARGV[i + 1]
end
local place, process = told.place, told.process

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local state = redis.call('HMGET', state_key, 'max', 'interval', 'used', 'held', 'grants')
local used = tonumber(state[3] or 0)

if told.how == 'unused' then
    -- Nothing was sent, or nobody waits for the place any more.
    local waits = redis.call('HGET', line_key, process)
    if waits and string.match(waits, '^%d+:%d+:%d+:(.*)$') == place then
        redis.call('HDEL', line_key, process)
    end
    if redis.call('ZREM', places, place) == 1 and used > 0 then
        redis.call('HINCRBY', state_key, 'used', -1)
    end
    return
end

local change = {}
local function set(name, value)
    change[#change + 1] = name
    change[#change + 1] = string.format('%d', value)
end
for _, name in ipairs({ 'max', 'interval', 'daily' }) do
    if told[name] then
        set(name, told[name])
    end
end
if told.how == 'answered' then
    set('known', 1)
end
local max = tonumber(told.max or state[1] or told.first_max)
local interval = tonumber(told.interval or state[2] or told.first_interval)

-- Rounded up, so that a place is not free a part of a millisecond too early.
local ended = now - tonumber(told.age) + 1
local free = ended + interval
if free > now then
    redis.call('ZADD', places, free, place)
else
    redis.call('ZREM', places, place)
end

-- The vendor counts no more of ours than those that had a place when this one was taken, and those that have got one since.
local grants = tonumber(state[5] or 0)
if told.remaining and told.grants and grants >= tonumber(told.grants) and free > now then
    local ours = tonumber(told.taken) + grants - tonumber(told.grants)
    local by_others = math.min(max - tonumber(told.remaining) - ours, max)
    for i = 1, by_others do
        redis.call('ZADD', places, free, '+' .. place .. '+' .. i)
    end
    -- Another answer that tells of the same ones adds them no more.
    if by_others > 0 then
        set('grants', grants + by_others)
    end
end
redis.call('PEXPIRE', places, interval + 60000)

if told.daily_reset then
    set('ends', ended + tonumber(told.daily_reset))
end
if told.daily and told.daily_remaining then
    -- Requests that are under way may not be in the vendor's number yet: two intervals' at the most.
    local counted = tonumber(told.daily) - tonumber(told.daily_remaining)
    if counted > used or counted + 2 * max < used then
        set('used', counted)
    end
end
if told.retry_after then
    set('held', math.max(tonumber(state[4] or 0), ended + tonumber(told.retry_after)))
end
if #change > 0 then
    redis.call('HSET', state_key, unpack(change))
    redis.call('PEXPIRE', state_key, tonumber(told.day) + 3600000)
end
