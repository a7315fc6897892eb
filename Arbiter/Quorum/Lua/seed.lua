-- SEED newInc ballot value            (turns a probed non-voter into a voter)
if voting then return {'VOTING', h[2]} end
local q = redis.pcall('HMGET', Q, 'run','inc','b')                 -- an error has no [1]
if q[1] ~= run or q[2] ~= ARGV[1] or (q[3] and q[3] > ARGV[2]) then return {'NOPROBE', run} end
if bad(ARGV[2]) then return redis.error_reply('BADBALLOT') end
redis.call('DEL', R, Q)
redis.call('HSET', R, 'run', run, 'inc', ARGV[1], 'p', ARGV[2], 'a', ARGV[2], 'v', ARGV[3])
return {'OK', run}
