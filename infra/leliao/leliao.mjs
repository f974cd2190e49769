#!/usr/bin/env node
// `leliao` after `npm link` in a clone: the sources as they stand. For other machines `npm run build` makes dist/leliao/leliao.js.
import 'tsx';

await import('./leliao.ts');
