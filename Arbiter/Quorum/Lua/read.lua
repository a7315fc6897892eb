-- READ known -> {state, run, inc, promised, accepted, value}; no write. The value is left out when its ballot is the known one.
if not h[2] then return {'VIRGIN', run, '', '', '', ''} end
return {voting and 'OK' or 'RESTARTED', run, h[2], h[3], h[4], ARGV[1] == h[4] and '' or value()}
