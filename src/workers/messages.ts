/** What the primary asks a worker: its series, its facts for `/status`, or only whether it turns. */
export type Question = 'metrics' | 'status' | 'pulse';

export type ToWorker = { type: 'ask'; id: number; question: Question } | { type: 'drain' };

export type ToPrimary = { type: 'listening' } | { type: 'answer'; id: number; answer: unknown };
