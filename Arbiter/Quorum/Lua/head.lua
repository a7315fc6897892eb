-- Common head. Register: run = the server's run_id when this state last voted, inc = the incarnation given at seeding,
-- p = promised ballot, a = accepted ballot, v = value. Ballots are 48 digits, compared as text.
local R, Q = KEYS[1], KEYS[2]                                   -- register, probe
local run = string.match(redis.call('INFO','server'), 'run_id:(%x+)')
local h = redis.call('HMGET', R, 'run','inc','p','a')
local voting = h[2] and h[1] == run
local function bad(b) return not b or #b ~= 48 or string.find(b, '%D') end
local whole = not bad(h[3]) and not bad(h[4])
if voting and not whole then                                     -- nobody knows what it promised or accepted: it may not go on as if it did
  return redis.error_reply('BADVALUE a field is missing or no ballot: somebody writes into Redis; delete the keys ' .. R .. ' and ' .. Q .. ' there, and it is taken back')
end
local function value() return redis.call('HMGET', R, 'v')[1] end     -- up to 64 KB: fetched only where it is told
