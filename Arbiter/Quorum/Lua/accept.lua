-- ACCEPT ballot nextPromise value expectedInc
local b, nx = ARGV[1], ARGV[2]
if bad(b) or bad(nx) or nx < b then return redis.error_reply('BADBALLOT') end
if not voting then return {h[2] and 'RESTARTED' or 'VIRGIN', run} end
if ARGV[4] ~= h[2] then return {'INC', h[2]} end
if b == h[4] then return {'OK', h[2]} end                        -- duplicate of an accept already taken
if b < h[3] or b < h[4] then return {'NACK', h[2], h[4] > h[3] and h[4] or h[3]} end
redis.call('HSET', R, 'p', nx, 'a', b, 'v', ARGV[3])             -- one HSET = one AOF record, never half applied
return {'OK', h[2]}
