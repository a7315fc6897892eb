// A receiver of webhooks that is not ours to the bone: it verifies with the reference implementation of Standard Webhooks and says
// each request as one line of JSON on its output.
//   node receiver.mjs ADDRESS PORT      the secret comes in HOOK_SECRET
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const [address, port] = process.argv.slice(2);
const webhook = new Webhook(process.env.HOOK_SECRET);
const mostBytes = 20 * 1024;

createServer((request, response) => {
  // the wall clock of the first byte of the request, in milliseconds with their fractions: tcpdump uses the same clock
  const at = performance.timeOrigin + performance.now();
  const parts = [];
  let size = 0;
  request.on('data', part => {
    size += part.length;
    if (size <= mostBytes) parts.push(part);
  });
  request.on('end', () => {
    const body = Buffer.concat(parts).toString('utf8');
    const line = { at, size, id: request.headers['webhook-id'] ?? null, verified: false, why: null, message: null };
    try {
      line.message = webhook.verify(body, request.headers);
      line.verified = size <= mostBytes;
    } catch (error) {
      line.why = String(error);
    }
    response.writeHead(line.verified ? 204 : 400).end();
    process.stdout.write(JSON.stringify(line) + '\n');
  });
}).listen(Number(port), address, () => process.stdout.write('{"listening":true}\n'));
