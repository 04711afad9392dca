const MAX_LOCATION_LENGTH = 200;

/** Resolves when the admin port there says that the process is ready; rejects with the reason. */
export async function assertReady(adminUrl: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${adminUrl.replace(/\/$/, '')}/readyz`, { redirect: 'manual', signal });
  const answer = await startOf(response);
  if (response.status === 200 && answer === 'ready') return;
  if (response.status === 200) throw new Error('the answer is not that of tuohs');
  const location = response.headers.get('location');
  const target = location === null ? '' : ` to ${location.slice(0, MAX_LOCATION_LENGTH)}`;
  throw new Error(`it answers ${response.status}${target}`);
}

/** What comes first: the answer of tuohs is one word, and that of another server may have no end. */
async function startOf({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return Buffer.from(first?.value ?? []).toString();
}
