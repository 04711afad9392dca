#!/usr/bin/env node
// The command of the installed package. A Node that is too old prints one sentence, any other runs main.ts. This is a CommonJS
// module that Node 10 can parse, because an old Node has to parse it before it can say anything.
const needed = Number(/\d+/.exec(require('../package.json').engines.node));
if (Number.parseInt(process.versions.node, 10) < needed) {
  process.stderr.write(`tuohs: it needs Node ${needed} or later; this is ${process.version}\n`);
  process.exitCode = 2;
} else {
  import('./main.ts');
}
