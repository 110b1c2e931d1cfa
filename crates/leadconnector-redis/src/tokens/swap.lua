-- Puts a record in the place of another one, if that is still there; without a new one, removes it.
--
-- KEYS: the record; the marker, which says that the keys under the prefix are ours. ARGV: the revision that should be there, and the
-- new one with its text.
local revision = redis.call('HGET', KEYS[1], 'revision') or ''
if revision == ARGV[2] then
    -- Each record has a revision of its own: this one asks once more because no answer has arrived.
    return 1
end
if revision ~= ARGV[1] then
    return 0
end
if ARGV[2] then
    redis.call('HSET', KEYS[1], 'revision', ARGV[2], 'record', ARGV[3])
else
    redis.call('DEL', KEYS[1])
end
redis.call('HSET', KEYS[2], 'format', 1)
return 1
