import { parentPort, workerData } from 'node:worker_threads';
import { runSeeds } from './seeds.ts';

// The thread that `runSeedsOnAllCores` starts.
parentPort?.postMessage(await runSeeds(workerData));
