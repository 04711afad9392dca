import { setPriority } from 'node:os';
import { attackNamed } from './attacks.ts';

// The attackers' own process: begins the attack that its argument names and goes on until it is killed.
// It leaves the processor to those that are measured: callers that attack have machines of their own.
setPriority(10);
process.on('disconnect', () => process.exit());
const { name, target } = JSON.parse(process.argv[2] ?? '{}');
attackNamed(name).begin(target);
process.send?.('begun');
