import type { RedisTrouble } from '../core/events.ts';

/** What each trouble with Redis means to the person who reads the log. */
export const REDIS_TROUBLE_DETAILS: Readonly<Record<RedisTrouble, string>> = {
  certificate: 'Its certificate is not trusted, or is for another name: see REDIS_CA_FILE.',
  closed: 'It closed the connection.',
  cluster: 'It is a Redis Cluster, which is not supported: let REDIS_URL name a single Redis.',
  loading: 'It still loads its data.',
  name_not_found: 'The host name in REDIS_URL has no address.',
  no_answer: 'It did not answer in time.',
  no_route: 'There is no route to it.',
  no_such_database: 'It does not have the database that REDIS_URL names.',
  no_tls: 'It does not speak TLS, which rediss:// in REDIS_URL asks for.',
  not_permitted: 'Its user may not do what is needed.',
  oversized_value: 'A value under one of our keys is far too long; the keys that were asked for are deleted.',
  password_missing: 'It wants a password, and REDIS_URL has none.',
  protected_mode: 'It is in protected mode, and talks to its own machine only.',
  protocol: 'It sent what cannot be the reply to what it was asked.',
  read_only: 'It is a read-only replica: let REDIS_URL name the primary.',
  refused: 'Nothing listens at the address in REDIS_URL.',
  rejected: 'It refused to begin.',
  too_many_clients: 'It has as many clients as it allows.',
  wrong_password: 'It does not accept the user or the password in REDIS_URL.',
};
