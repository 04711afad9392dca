export interface WorkerStatus {
  readonly pid: number;
  readonly requests: { readonly inFlight: number };
  readonly memory: { readonly entries: number };
}

export interface PrimaryStatus {
  readonly ready: boolean;
  readonly workers?: readonly WorkerStatus[];
}

/** What `/status` of several processes says. */
export async function statusOf(adminUrl: string): Promise<PrimaryStatus> {
  return (await (await fetch(`${adminUrl}/status`)).json()) as PrimaryStatus;
}

/** The statuses of two workers, once both have answered the primary in its time: on a busy machine one may not at first. */
export async function workersOf(adminUrl: string): Promise<readonly WorkerStatus[]> {
  for (;;) {
    const { workers = [] } = await statusOf(adminUrl);
    if (workers.length === 2) return workers;
  }
}
