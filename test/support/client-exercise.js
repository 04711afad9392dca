/**
 * Uses each feature of the packed client in any runtime, and collects the code of each kind of failure. `addresses` has the address
 * of the `service`, of a server that never answers (`hanging`), and of a `closed` port. It also has all error `codes`, and the
 * address of a server that answers the path `/CODE/…` with the error CODE (`refusals`).
 */
export async function exercise({ createClient, TuohsClientError }, addresses) {
  const client = createClient({
    baseUrl: `${addresses.service}/v1`,
    headers: { 'x-request-id': 'exercise', 'x-tenant': 'any header', authorization: 'Bearer of the caller' },
  });
  await client.health();
  return {
    answer: await client.shout('hello'),
    details: await client.shoutWithDetails('hello'),
    wrongAnswers: await wrongAnswers(client),
    codes: Object.fromEntries(
      await Promise.all(addresses.codes.map(async (code) => [code, await refusal(code)])),
    ),
    network: await codeOf(createClient({ baseUrl: addresses.closed, retries: 0 }).shout('a')),
    timeout: await codeOf(createClient({ baseUrl: addresses.hanging, timeoutMs: 20 }).shout('a')),
    badAnswer: await codeOf(createClient({ baseUrl: `${addresses.refusals}/none` }).shout('a')),
    aborted: await codeOf(abortedShout()),
    abortedBulk: await codeOf(abortedBulk(client)),
    notAString: await messageOf(client.shout(5)),
  };

  async function refusal(code) {
    return codeOf(createClient({ baseUrl: `${addresses.refusals}/${code}`, retries: 0 }).shout('a'));
  }

  async function codeOf(promise) {
    const error = await promise.catch((reason) => reason);
    return error instanceof TuohsClientError ? error.code : `no error of the client: ${error}`;
  }

  function abortedShout() {
    const leaving = new AbortController();
    const shout = createClient({ baseUrl: addresses.hanging }).shout('a', { signal: leaving.signal });
    leaving.abort();
    return shout;
  }
}

/** Asks for 3,000 texts as a bulk, and returns the wrong answers. */
async function wrongAnswers(client) {
  const texts = Array.from({ length: 3000 }, (_, i) => `line ${i}`);
  const answers = [];
  for await (const { data } of client.bulk(texts)) {
    // On a busy machine, the service can refuse a line. Then ask for it again.
    answers.push(data ?? (await client.shout(texts[answers.length])));
  }
  if (answers.length !== texts.length) return [`${answers.length} answers`];
  return answers.filter((answer, i) => answer !== [...texts[i]].reverse().join('').toUpperCase());
}

/** Aborts a bulk while the bulk waits for its next text, which never comes. */
async function abortedBulk(client) {
  async function* endless() {
    yield 'one';
    await new Promise(() => {});
  }
  const leaving = new AbortController();
  for await (const _result of client.bulk(endless(), { signal: leaving.signal })) leaving.abort();
}

async function messageOf(promise) {
  return promise.catch(({ name, message }) => `${name}: ${message}`);
}
