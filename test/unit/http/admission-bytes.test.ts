import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { admission } from '../../../src/http/admission.ts';
import { testWorld } from '../../support/world.ts';

const MIB = 1_048_576;

test('bodies of 32 MiB are under way at once, and the next large one is refused', () => {
  const service = startAdmission({ maxBodyBytes: 4 * MIB });
  for (let i = 0; i < 8; i++) service.request(4 * MIB);

  const refused = service.request(MIB);

  assert.equal(refused.statusCode, 503);
  assert.deepEqual([service.shed(), service.letIn()], [['bytes'], 8]);
});

test('beside large bodies, small ones still get in', () => {
  const service = startAdmission({ maxBodyBytes: 4 * MIB });
  for (let i = 0; i < 8; i++) service.request(4 * MIB);

  service.request(16_384);
  service.request(0);

  assert.deepEqual([service.shed(), service.letIn()], [[], 10]);
});

test('a body that is announced as larger than allowed counts as the largest allowed one', () => {
  const service = startAdmission({ maxBodyBytes: MIB });

  for (let i = 0; i < 32; i++) service.request(1e15);
  service.request(1e15);

  assert.deepEqual([service.shed(), service.letIn()], [['bytes'], 32]);
});

test('a body without an announced length counts as the largest allowed one', () => {
  const service = startAdmission({ maxBodyBytes: 16 * MIB });

  for (let i = 0; i < 3; i++) service.request('chunked');

  assert.deepEqual([service.shed(), service.letIn()], [['bytes'], 2]);
});

test('the bytes come back when the answer has left', () => {
  const service = startAdmission({ maxBodyBytes: 16 * MIB });
  const [first] = [service.request(16 * MIB), service.request(16 * MIB)];

  first?.emit('close');
  service.request(16 * MIB);

  assert.deepEqual([service.shed(), service.letIn()], [[], 3]);
});

/** One that is asked without a network. */
function startAdmission({ maxBodyBytes }: { maxBodyBytes: number }) {
  const world = testWorld();
  const admitted = admission({ maxInFlight: 100, maxBodyBytes, isOverloaded: () => false }, world);
  let letIn = 0;
  const listener = admitted.guard(() => letIn++);

  return {
    letIn: () => letIn,
    shed: () => world.told('shed').map(({ reason }) => reason),
    request(size: number | 'chunked'): ServerResponse {
      const request = new IncomingMessage(new Socket());
      request.headers = size === 'chunked' ? { 'transfer-encoding': size } : { 'content-length': `${size}` };
      const response = new ServerResponse(request);
      listener(request, response);
      return response;
    },
  };
}
