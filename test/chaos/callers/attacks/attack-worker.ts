import { setPriority } from 'node:os';
import { attackNamed } from './attacks.ts';

// The process of the attackers: runs the attack that its argument names, until it is killed. It has a low priority, because real
// attackers would use other machines.
setPriority(10);
process.on('disconnect', () => process.exit());
const { name, target } = JSON.parse(process.argv[2] ?? '{}');
attackNamed(name).begin(target);
process.send?.('begun');
