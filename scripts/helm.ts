import { spawnSync } from 'node:child_process';
import { kubernetesTool } from './kubernetes-tool.ts';

// Runs the helm that is installed, else one from npm. Example: node scripts/helm.ts lint --strict deploy/chart
const { status, error } = spawnSync(kubernetesTool('helm'), process.argv.slice(2), { stdio: 'inherit' });
if (error) throw error;
process.exitCode = status ?? 1;
