import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

// The receiver of alerts in compose.yaml. It prints a line for each alert instead of notifying people.
createServer(async (request, response) => {
  const body = await text(request);
  if (request.url === '/alerts')
    for (const { status, labels, annotations } of JSON.parse(body).alerts)
      process.stdout.write(`${status} ${labels.alertname}: ${annotations.summary}\n`);
  response.end('ok');
}).listen(8080);
