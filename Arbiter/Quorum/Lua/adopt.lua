-- ADOPT inc accepted   (a restarted server votes again with what its disk kept; asked only where a person vouches for appendfsync always)
if bad(ARGV[2]) then return redis.error_reply('BADBALLOT') end
if voting then return {'VOTING', h[2]} end
if not h[2] then return {'VIRGIN', run} end
if h[1] == 'retired' or h[2] ~= ARGV[1] or h[4] ~= ARGV[2] or not whole then return {'NACK', h[2], h[4]} end     -- a withdrawn vote stays withdrawn
if not string.find(redis.call('INFO','persistence'), 'aof_enabled:1', 1, true) then return {'NOAOF', run} end
redis.call('DEL', Q)                                            -- whoever watched its ticket sees that it voted in between
redis.call('HSET', R, 'run', run)
return {'OK', h[2]}
