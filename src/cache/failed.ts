/** What stands for a reply of Redis that did not come. */
export const failed = Symbol('failed');
export type Failed = typeof failed;
