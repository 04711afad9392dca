import { trace } from '@opentelemetry/api';
import type { Contexts } from './contexts.ts';
import { traceHeaders } from './w3c.ts';

/** How an attempt is sent. */
export type Send<Attempt, Answer> = (attempt: Attempt) => Promise<Answer>;

interface AnyAttempt {
  readonly headers: Readonly<Record<string, string>>;
}

interface AnyAnswer {
  readonly statusCode: number;
}

/** Has each attempt carry its trace on to SHOUTCLOUD, and writes the status of the answer into its span. */
export type TracedAttempts = <Attempt extends AnyAttempt, Answer extends AnyAnswer>(
  send: Send<Attempt, Answer>,
) => Send<Attempt, Answer>;

export function tracedAttempts(contexts: Contexts): TracedAttempts {
  return (send) => async (attempt) => {
    const context = contexts.active();
    const headers = { ...traceHeaders(context), ...attempt.headers };
    const answer = await send({ ...attempt, headers });
    trace.getSpan(context)?.setAttribute('http.response.status_code', answer.statusCode);
    return answer;
  };
}
