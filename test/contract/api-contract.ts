import { badInputContract } from './api/bad-input.ts';
import { getContract } from './api/get.ts';
import { limitsContract } from './api/limits.ts';
import { postContract } from './api/post.ts';
import { refusalContract } from './api/refusals.ts';
import { requestIdContract } from './api/request-ids.ts';
import { statusContract } from './api/status.ts';

/** A running service; its address is asked for when the first test runs. */
export type Service = () => string;

/**
 * The whole public HTTP contract, over real connections, against any running service with default limits: nothing is
 * assumed about what its caches know.
 */
export function apiContract(service: Service): void {
  postContract(service);
  getContract(service);
  badInputContract(service);
  refusalContract(service);
  requestIdContract(service);
  statusContract(service);
  limitsContract(service);
}
