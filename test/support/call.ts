import { TuohsError } from '../../src/core/errors.ts';
import type { Call } from '../../src/core/shouter.ts';

/** A call that has no deadline and whose caller never leaves, unless other values are given. */
export function testCall(call: Partial<Call> = {}): Call {
  return { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY, texts: 1, ...call };
}

/** A call, and a function that makes its caller leave. */
export function leavableCall(): { call: Call; leave: () => void } {
  const controller = new AbortController();
  return { call: testCall({ signal: controller.signal }), leave: () => controller.abort(left()) };
}

/** A call whose caller left before it began. */
export function abandonedCall(): Call {
  return testCall({ signal: AbortSignal.abort(left()) });
}

function left(): TuohsError {
  return new TuohsError('UPSTREAM_TIMEOUT', 'the test left');
}
