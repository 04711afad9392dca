import { TuohsError } from '../../src/core/errors.ts';
import type { Call } from '../../src/core/shouter.ts';

/** The call of somebody who waits for ever, unless told otherwise. */
export function testCall(call: Partial<Call> = {}): Call {
  return { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY, strings: 1, ...call };
}

/** A call and the way to give it up. */
export function leavableCall(): { call: Call; leave: () => void } {
  const controller = new AbortController();
  return { call: testCall({ signal: controller.signal }), leave: () => controller.abort(left()) };
}

/** The call of somebody who left before it began. */
export function abandonedCall(): Call {
  return testCall({ signal: AbortSignal.abort(left()) });
}

function left(): TuohsError {
  return new TuohsError('UPSTREAM_TIMEOUT', 'the test left');
}
