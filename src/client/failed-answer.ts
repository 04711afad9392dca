import { TuohsClientError } from './client-error.ts';

/** The error that an answer with a failing status stands for. What is not the service's own error body is a `BAD_ANSWER`. */
export async function failedAnswer(response: Response): Promise<TuohsClientError> {
  const { status, headers } = response;
  const problem = problemOf(await response.text());
  return new TuohsClientError(
    problem?.code ?? 'BAD_ANSWER',
    problem?.error ?? `the answer has status ${status} and is not from tuohs`,
    {
      status,
      retryAfterMs: retryAfterMs(headers.get('retry-after')),
      requestId: problem?.requestId ?? headers.get('x-request-id') ?? undefined,
    },
  );
}

export interface ProblemBody {
  readonly error: string;
  readonly code: string;
  readonly requestId: string | undefined;
}

/** The service's error body in this JSON text; `undefined` where it is anything else. */
export function problemOf(json: string): ProblemBody | undefined {
  const { error, code, requestId } = fieldsOf(json);
  if (typeof error !== 'string' || typeof code !== 'string') return undefined;
  return { error, code, requestId: typeof requestId === 'string' ? requestId : undefined };
}

/** The fields of the object that this JSON text holds; none where it holds none. */
export function fieldsOf(json: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(json));
  } catch {
    return {};
  }
}

/** Seconds or an HTTP date (RFC 9110 §10.2.3); what makes no sense counts as absent. */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
