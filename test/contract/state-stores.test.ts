import { join } from 'node:path';
import { fileStateStore, memoryStateStore } from '../../src/watch/state-store.ts';
import { folder } from '../support/folder.ts';
import { stateStoreContract } from './state-store-contract.ts';

stateStoreContract('memory', () => memoryStateStore());

stateStoreContract('file', async (t) =>
  fileStateStore(join(await folder(t), 'state.json'), { emit: () => {} }),
);
