/**
 * `node:http` without its exports as a module: to make them, Node reads every one of them, and so loads a WebSocket and a
 * `fetch` that nobody here uses (40 ms of each start).
 */
export const { createServer, IncomingMessage, ServerResponse, STATUS_CODES } =
  process.getBuiltinModule('node:http');
