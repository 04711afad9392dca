import { allOf } from './folder.ts';

await allOf('http');
