import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { silenceMinutes, timedOut } from './children.mjs';
import { npmCommand } from './npm.mjs';
import { build, root } from './places.mjs';
import { venvPython } from './python.mjs';
import { oldestVsCode } from './vscode.mjs';

const node = process.execPath;
const mypy = ['-m', 'mypy'];
const ruff = ['-m', 'ruff'];

/**
 * @typedef {object} Result
 * @property {number} passed
 * @property {{ title: string, text: string }[]} failed
 * @property {{ title: string, reason: string }[]} skipped
 *
 * @typedef {(program: string, args: string[], env?: NodeJS.ProcessEnv) => Promise<number>} Run
 * runs a program in the checkout, its output belongs to the part; gives the exit code
 *
 * @typedef {object} Tests
 * @property {string[]} files these only; empty: all
 * @property {string[]} options for mocha
 * @property {string | undefined} coverage a folder for what each process has run
 *
 * @typedef {object} Part
 * @property {string} name
 * @property {string[]} folders of its tests below test/; of a check its name
 * @property {boolean} isCheck a static check, which counts as one test
 * @property {('tools' | 'pythons' | 'schemathesis' | 'browser' | 'proxies' | 'newest' | 'oldest')[]} needs what has to be set up for it
 * @property {boolean} usesBuild
 * @property {boolean} isSlow in `npm run test:full` only
 * @property {(run: Run, tests: Tests) => Promise<Result>} work
 */

/** @type {Part[]} */
export const parts = [
  // The build comes first: others use it. The longest suite comes next, the rest goes beside it.
  check('build', [[node, script('scripts/package.mjs')]]),
  suite('e2e', { needs: ['pythons', 'browser', 'newest'], usesBuild: true, timeout: 180_000, share: [1, 2] }),
  suite('e2e', { needs: ['pythons', 'browser', 'newest'], usesBuild: true, timeout: 180_000, share: [2, 2] }),
  suite('unit', { timeout: 60_000, folders: ['shared', 'extension', 'webviews', 'project'] }),
  check('types', [npmCommand(['run', 'typecheck'])]),
  check('lint', [npmCommand(['run', 'lint'])]),
  check('format', [[node, program('prettier', 'prettier'), '--check', '.']]),
  check('arrows', [[node, program('dependency-cruiser', 'depcruise'), 'src', '--config', '.dependency-cruiser.cjs']]),
  check('paths', [[node, script('scripts/lib/tidy.mjs')]]),
  check(
    'python-lint',
    [
      [venvPython('tools'), ...ruff, 'check', '.'],
      [venvPython('tools'), ...ruff, 'format', '--check', '.'],
    ],
    ['tools'],
  ),
  check('python-types', [[venvPython('tools'), ...mypy]], ['tools']),
  suite('server', { needs: ['pythons'], timeout: 60_000 }),
  suite('runner', { needs: ['pythons'], timeout: 60_000 }),
  slow(oldest(['clicks', 'readme', 'stations', 'testing'])),
  slow({ ...check('mutation', [[node, program('@stryker-mutator/core', 'stryker'), 'run']]), isCheck: false }),
  slow(suite('faults', { needs: ['pythons', 'browser', 'newest'], usesBuild: true, timeout: 120_000 })),
  slow(suite('network', { needs: ['pythons', 'browser', 'proxies'], usesBuild: true, timeout: 60_000 })),
  slow(suite('api', { needs: ['schemathesis'], timeout: 60_000 })),
];

/** Leaves a part to `npm run test:full`. */
function slow(part) {
  return { ...part, isSlow: true };
}

/** Passes when all its programs exit with 0. */
function check(name, commands, needs = []) {
  return {
    name,
    folders: [name],
    isCheck: true,
    needs,
    usesBuild: false,
    isSlow: false,
    async work(run) {
      const failed = [];
      for (const [tool, ...args] of commands) {
        const code = await run(tool, args);
        if (code !== 0) failed.push({ title: name, text: `exit code ${code}, see above` });
      }
      return { passed: failed.length === 0 ? 1 : 0, failed: failed.slice(0, 1), skipped: [] };
    },
  };
}

/** Browser tests that go through what is done every day, in the oldest VS Code that the manifest's `engines` name. */
function oldest(names) {
  const files = names.map((name) => `test/e2e/${name}.test.ts`);
  const part = suite('oldest', { needs: ['pythons', 'browser', 'oldest'], usesBuild: true, timeout: 180_000, files });
  return {
    ...part,
    async work(run, tests) {
      const env = oldestVsCode();
      if (env) return part.work((program, args, more) => run(program, args, { ...more, ...env }), tests);
      const reason = 'npm has no Node 22, which it needs, for this machine';
      return { passed: 0, failed: [], skipped: [{ title: 'the oldest VS Code', reason }] };
    },
  };
}

/**
 * Runs mocha on the tests of a folder; it counts what its reporter wrote, and nothing written is a failure.
 * @param {string} suiteName
 * @param {{ folders?: string[], needs?: Part['needs'], usesBuild?: boolean, timeout: number, share?: [number, number],
 *   files?: string[] }} options `folders`: below test/, when it is not the one of the suite's name; `share`: the first or
 *   second half of the files, say, so that the halves can run side by side; `files`: these of another folder
 */
function suite(
  suiteName,
  { folders = [suiteName], needs = [], usesBuild = false, timeout, share: [which, of] = [1, 1], files: listed },
) {
  const name = of === 1 ? suiteName : `${suiteName} ${which}/${of}`;
  return {
    name,
    folders,
    isCheck: false,
    needs,
    usesBuild,
    isSlow: false,
    async work(run, { files, options, coverage }) {
      const patterns = folders.map((folder) => `test/${folder}/**/*.test.ts`);
      const all = files.length > 0 ? files : (listed ?? globSync(patterns, { cwd: root }).sort());
      const own = all.filter((_, n) => n % of === which - 1);
      if (files.length > 0 && own.length === 0) return { passed: 0, failed: [], skipped: [] };
      const report = join(build, 'reports', `${name.replace('/', '-')}.json`);
      mkdirSync(join(build, 'reports'), { recursive: true });
      rmSync(report, { force: true });
      const args = ['--reporter', script('scripts/lib/reporter.mjs'), '--timeout', String(timeout), '--forbid-only'];
      const mocha = [program('mocha', 'mocha'), ...args, ...options, ...own];
      const env = { TEST_REPORT: report, ...(coverage && { NODE_V8_COVERAGE: coverage }) };
      return readReport(name, report, own.length === 0 ? 0 : await run(node, mocha, env));
    },
  };
}

function readReport(name, report, code) {
  const nothing = { passed: 0, failed: [], skipped: [] };
  const failure = (text) => [{ title: name, text }];
  if (!existsSync(report)) {
    const text =
      code === timedOut ? `silent for ${silenceMinutes} minutes, before a test had ended` : `exit code ${code}`;
    return { ...nothing, failed: failure(`nothing was reported: ${text}`) };
  }
  const { unfinished, ...result } = JSON.parse(readFileSync(report, 'utf8'));
  if (unfinished) {
    const text =
      code === timedOut ? `silent for ${silenceMinutes} minutes, and ended` : `ended in mid-run with exit code ${code}`;
    return { ...result, failed: [...result.failed, ...failure(`${text}; ${result.passed} tests had passed`)] };
  }
  if (result.failed.length > 0) return result;
  if (code !== 0) return { ...result, failed: failure(`ended with exit code ${code} after its tests passed`) };
  if (result.passed + result.skipped.length === 0) return { ...result, failed: failure('no test ran') };
  return result;
}

function script(path) {
  return join(root, path);
}

/** The file behind a program that a package brings. */
function program(name, binary) {
  const manifest = join(root, 'node_modules', name, 'package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  return join(root, 'node_modules', name, typeof bin === 'string' ? bin : bin[binary]);
}
