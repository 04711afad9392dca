import { spawnSync } from 'node:child_process';
import { kubernetesTool } from './kubernetes-tool.ts';

// helm, wherever it is: node scripts/helm.ts lint --strict deploy/chart
const { status, error } = spawnSync(kubernetesTool('helm'), process.argv.slice(2), { stdio: 'inherit' });
if (error) throw error;
process.exitCode = status ?? 1;
