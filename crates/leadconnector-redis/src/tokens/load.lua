-- What is stored for a holder: the revision and the text of its record.
local found = redis.call('HMGET', KEYS[1], 'revision', 'record')
if not found[1] then
    return nil
end
return found
