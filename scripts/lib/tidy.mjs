import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './paths.mjs';

/** Text that would tie the project to one machine, reveal a secret, or turn a rule of the linter off. */
const forbidden = [
  { what: 'path of a machine', pattern: /(?<![\w.\-/}])\/(work|root)\// },
  { what: 'path of a machine', pattern: /(\/home\/(runner|ubuntu|node|vscode)\/|\/Users\/[a-z]+\/|[A-Z]:\\Users\\)/ },
  {
    what: 'host of a registry',
    pattern: /(registry\.npmjs\.org|npm\.pkg\.github|registry\.yarnpkg|files\.pythonhosted|pypi\.org\/simple)/,
  },
  { what: 'address in a lockfile', pattern: /"resolved": "https?:/ },
  { what: 'comment that turns a rule off', pattern: /\b(eslint|oxlint)-disable/ },
  { what: 'private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----\s*\\?n?[A-Za-z0-9+/]{20}/ },
  { what: 'access token', pattern: /\b(gh[pousr]_[A-Za-z0-9]{36}|npm_[A-Za-z0-9]{36}|AKIA[0-9A-Z]{16})\b/ },
];

const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
});
const files = tracked.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));

let found = 0;
for (const file of files) {
  const path = join(root, file);
  const content = readFileSync(path);
  if (path === fileURLToPath(import.meta.url) || content.includes(0)) continue;
  for (const [index, line] of content.toString('utf8').split('\n').entries()) {
    for (const { what, pattern } of forbidden) {
      if (!pattern.test(line)) continue;
      found += 1;
      console.log(`${file}:${index + 1}  ${what}: ${line.trim().slice(0, 120)}`);
    }
  }
}
console.log(`${files.length} files, ${found} findings`);
process.exitCode = found === 0 ? 0 : 1;
