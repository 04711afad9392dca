#!/usr/bin/env node
// The command of the installed package. If Node is too old, it prints one sentence. Otherwise, it runs main.ts. This is a CommonJS
// module that Node 10 can parse, because an old Node must parse it before it can print the sentence.
const needed = Number(/\d+/.exec(require('../package.json').engines.node));
if (Number.parseInt(process.versions.node, 10) < needed) {
  process.stderr.write(`tuohs: it needs Node ${needed} or later; this is ${process.version}\n`);
  process.exitCode = 2;
} else {
  import('./main.ts');
}
