-- PROBE newInc ballot expectedTicket   (only a non-voter answers; newInc '' = ask for the ticket only)
if voting then return {'VOTING', h[2]} end
local q = redis.pcall('HMGET', Q, 'run','ticket','inc','b')
if q.err then q = {} end                                         -- no hash: somebody wrote there; it is begun anew like that of another life
if q[1] ~= run then                                              -- the ticket is made by the server, never by the caller:
  local t = run .. ':' .. string.match(redis.call('INFO','stats'), 'total_commands_processed:(%d+)')   -- new for every loss of memory, FLUSHALL too
  redis.call('DEL', Q); redis.call('HSET', Q, 'run', run, 'ticket', t); q = {run, t, false, false}
end
if ARGV[1] ~= '' then
  if bad(ARGV[2]) then return redis.error_reply('BADBALLOT') end
  if ARGV[3] ~= q[2] then return {'TICKET', run, q[2]} end
  if q[4] and ARGV[2] < q[4] then return {'NACK', '', q[4]} end
  redis.call('HSET', Q, 'inc', ARGV[1], 'b', ARGV[2])
end
return {'OK', run, q[2], h[3] or '', h[4] or '', value() or ''}      -- leftovers are shown, never counted as a vote
