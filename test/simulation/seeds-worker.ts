import { parentPort, workerData } from 'node:worker_threads';
import { runSeeds } from './seeds.ts';

// A thread of `runSeedsOnAllCores`.
parentPort?.postMessage(await runSeeds(workerData));
