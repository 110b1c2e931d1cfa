-- Takes a place in the budget of a location, or says how long to wait for one.
--
-- KEYS: `places`, a sorted set: of each place, the moment at which it is free again. One in use has a moment that lies an interval and
--       the lease ahead; it is put off while the request lasts, and lets the place lapse if the process has died.
--       `state`, a hash: what is allowed, how much of the day is used, and how many places were ever given.
--       `line`, a hash: of each process that waits: since when, until when it will have asked again, how many places it wants, and for
--       which one it has asked.
--       `marker`, a hash: which start of the server this is, and since when nobody goes on without it.
-- ARGV: names and values.
--
-- All moments are milliseconds of the server's clock.

local places, state_key, line_key, marker_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local told = {}
for i = 1, #ARGV, 2 do
    told[ARGV[i]] = ARGV[i + 1]
end
local place, process = told.place, told.process
local lease, margin, poll, day = tonumber(told.lease), tonumber(told.margin), tonumber(told.poll), tonumber(told.day)

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

-- A server that has started anew, or was emptied, may have lost places; and one that somebody went on without does not know of them.
-- A moment in the future is of a clock that was set back.
local marker = redis.call('HMGET', marker_key, 'run', 'since')
local since = tonumber(marker[2] or now)
if marker[1] ~= told.run or told.begins_anew or since > now then
    since = now
    redis.call('HSET', marker_key, 'format', 1, 'run', told.run, 'since', since)
end

local state = redis.call('HMGET', state_key, 'max', 'interval', 'daily', 'used', 'ends', 'held', 'known', 'grants', 'ahead')
local max, interval = tonumber(state[1] or told.max), tonumber(state[2] or told.interval)
local daily, used, ends = tonumber(state[3] or told.daily), tonumber(state[4] or 0), tonumber(state[5] or 0)
local held, known, grants = math.min(tonumber(state[6] or 0), now + day), state[7], tonumber(state[8] or 0)
local ahead_since = tonumber(state[9] or 0)
if ends <= now then
    used, ends = 0, now + day
end
ends = math.min(ends, now + day)

redis.call('ZREMRANGEBYSCORE', places, '-inf', now)
-- As with the marker: no place is taken for longer than this.
local latest = now + interval + lease
for _, late in ipairs(redis.call('ZRANGE', places, string.format('(%d', latest), '+inf', 'BYSCORE')) do
    redis.call('ZADD', places, latest, late)
end
local taken = redis.call('ZCARD', places)

local TAKEN, WAIT, DAY_USED_UP, HELD = 0, 1, 2, 3
local function answer(outcome, wait)
    return { outcome, wait, max, interval, taken, grants, daily, used, ends - now, known and 1 or 0 }
end

-- Who asks once more because no answer has arrived may have it already.
if redis.call('ZSCORE', places, place) then
    redis.call('ZADD', places, latest, place)
    return answer(TAKEN, 0)
end
if held > now then
    redis.call('HDEL', line_key, process)
    return answer(HELD, held - now)
end
if used >= daily then
    redis.call('HDEL', line_key, process)
    return answer(DAY_USED_UP, ends - now)
end
-- What was sent without a place here has to be out of the vendor's count.
local opens = since + interval + margin
if opens > now then
    return answer(WAIT, opens - now)
end

-- The other processes that wait. Which has not come back to ask has died.
local arrived, others, waiting = now, {}, 1
local line = redis.call('HGETALL', line_key)
for i = 1, #line, 2 do
    local since_then, back, wants = string.match(line[i + 1], '^(%d+):(%d+):(%d+):')
    if line[i] == process then
        arrived = tonumber(since_then)
    elseif tonumber(back) < now then
        redis.call('HDEL', line_key, line[i])
    else
        others[line[i]] = { arrived = tonumber(since_then), wants = tonumber(wants) }
        waiting = waiting + 1
    end
end

-- How many places go to them before one goes to this process. Each has an equal part of what those do not hold that want no more. Who
-- holds less than its part comes first, and of those that are alike, the one that came first.
local before, held, next_of_mine = 0, {}, nil
if waiting > 1 then
    local of_waiting = 0
    local all = redis.call('ZRANGE', places, 0, -1, 'WITHSCORES')
    for i = 1, #all, 2 do
        local owner = string.match(all[i], '^[^.]*')
        held[owner] = (held[owner] or 0) + 1
        if owner == process then
            next_of_mine = next_of_mine or tonumber(all[i + 1])
        end
        if owner == process or others[owner] then
            of_waiting = of_waiting + 1
        end
    end
    local part = math.max(math.floor((max - (taken - of_waiting)) / waiting), 1)
    local has_part = (held[process] or 0) >= part
    for name, other in pairs(others) do
        local lacks = part - (held[name] or 0)
        if has_part and lacks > 0 then
            before = before + math.min(lacks, other.wants)
        elseif has_part == (lacks <= 0) then
            local came_first = other.arrived < arrived or (other.arrived == arrived and name < process)
            before = before + (came_first and 1 or 0)
        end
    end
end
local function stand_in_line(wants, wait, asked)
    redis.call('HSET', line_key, process, string.format('%d:%d:%d:%s', arrived, now + wait + 1000, wants, asked))
    redis.call('PEXPIRE', line_key, interval + 10000)
end

-- Until an answer has said what is allowed, one request goes ahead; and another one if that takes too long.
local is_ahead = not known
    and ahead_since + interval > now
    and redis.call('ZCOUNT', places, string.format('(%d', now + interval + 1), '+inf') > 0
local free, behind = max - taken, tonumber(told.behind)
if free > before and not is_ahead then
    taken, grants, used = taken + 1, grants + 1, used + 1
    redis.call('ZADD', places, latest, place)
    redis.call('PEXPIRE', places, interval + 60000)
    redis.call('HSET', state_key, 'used', used, 'ends', ends, 'grants', grants)
    if not known then
        redis.call('HSET', state_key, 'ahead', now)
    end
    redis.call('PEXPIRE', state_key, day + 3600000)
    if behind > 0 then
        -- The next one of this process is about to ask.
        arrived = now
        stand_in_line(behind, 0, '')
    else
        redis.call('HDEL', line_key, process)
    end
    return answer(TAKEN, 0)
end

-- Until that many places more are free, or one of its own. What is in use now is not free sooner than an interval from now, unless nothing
-- was sent with it: so nobody waits longer before they ask again.
local wait = interval
if is_ahead then
    wait = math.min(poll, interval)
else
    local next = redis.call('ZRANGE', places, before - free, before - free, 'WITHSCORES')
    wait = math.min(wait, tonumber(next[2] or latest) - now, (next_of_mine or latest) - now)
end
stand_in_line(behind + 1, wait, place)
return answer(WAIT, wait)
