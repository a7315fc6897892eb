-- PREPARE ballot
local b = ARGV[1]
if bad(b) then return redis.error_reply('BADBALLOT') end
if not voting then return {h[2] and 'RESTARTED' or 'VIRGIN', run} end
if b <= h[3] then return {'NACK', h[2], h[3]} end
redis.call('HSET', R, 'p', b)
return {'OK', h[2], h[4], value()}
