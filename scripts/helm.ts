import { spawnSync } from 'node:child_process';
import { kubernetesTool } from './kubernetes-tool.ts';

// Runs helm, installed or from npm: node scripts/helm.ts lint --strict deploy/chart
const { status, error } = spawnSync(kubernetesTool('helm'), process.argv.slice(2), { stdio: 'inherit' });
if (error) throw error;
process.exitCode = status ?? 1;
