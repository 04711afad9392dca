import { after, before } from 'node:test';
import { tuohs } from '../support/process.ts';
import { apiContract } from './api-contract.ts';

// `make smoke URL=…` names a service that runs; without one the contract is checked against a process of our own.
let url = process.env.SMOKE_URL ?? '';

if (url === '') {
  const service = tuohs({ after }, ['serve', '--embedded-shoutcloud']);
  before(async () => {
    ({ url } = await service.listening());
  });
}

apiContract(() => url);
