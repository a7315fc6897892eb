-- RETIRE staleInc ballot   (demotes a voter whose incarnation the value does not know; no more than a restart with intact data)
if bad(ARGV[2]) then return redis.error_reply('BADBALLOT') end
if not voting then return {h[2] and 'RESTARTED' or 'VIRGIN', run} end
if h[2] ~= ARGV[1] or h[4] > ARGV[2] then return {'NACK', h[2], h[4]} end
redis.call('DEL', Q); redis.call('HSET', R, 'run', 'retired')
return {'OK', h[2]}
