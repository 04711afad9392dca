export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';
const NDJSON_TYPE = 'application/x-ndjson';
export const CHUNKED = 'transfer-encoding: chunked';
export const BULK_IN_CHUNKS = headOf('/v1/bulk', NDJSON_TYPE, CHUNKED);

/** The head of a POST. Its last line is the header that frames the body. */
export function headOf(path: string, type: string, framing: string): string {
  return `POST ${path} HTTP/1.1\r\nhost: lab\r\ncontent-type: ${type}\r\n${framing}\r\n\r\n`;
}

/** The head of a POST of JSON to `/v1`. */
export function jsonHead(framing: string): string {
  return headOf('/v1', JSON_TYPE, framing);
}

export function post(path: string, type: string, body: string): string {
  return headOf(path, type, `content-length: ${Buffer.byteLength(body)}`) + body;
}

export function postJson(body: string): string {
  return post('/v1', JSON_TYPE, body);
}

export function postBulk(body: string): string {
  return post('/v1/bulk', NDJSON_TYPE, body);
}

export function get(path: string, ...headers: readonly string[]): string {
  return `${[`GET ${path} HTTP/1.1`, 'host: lab', ...headers].join('\r\n')}\r\n\r\n`;
}

export function chunkOf(bytes: string): string {
  return `${bytes.length.toString(16)}\r\n${bytes}\r\n`;
}

/** A POST whose body has this many chunks of this many bytes, and no end. */
export function inShortChunks(chunks: number, bytes = 1): string {
  return jsonHead(CHUNKED) + chunkOf(' '.repeat(bytes)).repeat(chunks);
}

/** Repeats `piece` as often as it fits into this many bytes. */
export function filled(piece: string, bytes: number): string {
  return piece.repeat(Math.floor(bytes / Buffer.byteLength(piece)));
}
