import { memoryStore } from '../../src/cache/memory-store.ts';
import { storeContract } from './store-contract.ts';

storeContract('memory store', () => memoryStore({ maxBytes: 4_000_000 }));
