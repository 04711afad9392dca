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

export async function workersOf(adminUrl: string): Promise<readonly WorkerStatus[]> {
  return (await statusOf(adminUrl)).workers ?? [];
}
