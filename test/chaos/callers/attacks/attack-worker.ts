import { setPriority } from 'node:os';
import { attackNamed } from './attacks.ts';

// The process of the attackers. It runs the attack that its argument names until it is killed. Its priority is low, because real
// attackers would not use the processor of the service.
setPriority(10);
process.on('disconnect', () => process.exit());
const { name, target } = JSON.parse(process.argv[2] ?? '{}');
attackNamed(name).begin(target);
process.send?.('begun');
