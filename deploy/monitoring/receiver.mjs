import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

// Takes the place of the people to notify in compose.yaml. Prints a line for each alert that arrives.
createServer(async (request, response) => {
  const body = await text(request);
  if (request.url === '/alerts')
    for (const { status, labels, annotations } of JSON.parse(body).alerts)
      process.stdout.write(`${status} ${labels.alertname}: ${annotations.summary}\n`);
  response.end('ok');
}).listen(8080);
