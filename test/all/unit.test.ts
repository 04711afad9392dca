import { allOf } from './folder.ts';

await allOf('unit');
