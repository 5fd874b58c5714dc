import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './lib/paths.mjs';

// The linter and the import rules need the API of TypeScript 6. As a compiler, version 7 needs a third of its processor time.
const compiler = join(root, 'node_modules', 'typescript-7', 'bin', 'tsc');

/** Everything together, then each program with its own `tsconfig.json`. */
const projects = ['.', 'src/shared', 'src/extension', 'src/server', 'src/webviews'];

// One thread each: several would compute the same types again.
const failed = projects.filter(
  (project) =>
    spawnSync(process.execPath, [compiler, '--singleThreaded', '-p', project], { cwd: root, stdio: 'inherit' })
      .status !== 0,
);
if (failed.length > 0) console.log(`Types are wrong in: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
