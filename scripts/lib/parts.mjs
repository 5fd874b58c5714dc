import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { silenceLimitMinutes, timedOutExitCode } from './children.mjs';
import { npmCommand } from './npm.mjs';
import { build, root } from './paths.mjs';
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
 * runs a program in the checkout and returns its exit code
 *
 * @typedef {object} Tests
 * @property {string[]} files empty for all
 * @property {string[]} options for mocha
 * @property {string | undefined} coverage the folder for the coverage of each process
 *
 * @typedef {object} Part
 * @property {string} name
 * @property {string[]} folders below test/; for a check its name
 * @property {boolean} isCheck whether it is a static check, which counts as one test
 * @property {('tools' | 'pythons' | 'schemathesis' | 'browser' | 'proxies' | 'newest' | 'oldest')[]} needs
 * @property {boolean} usesBuild
 * @property {boolean} isSlow whether it runs in `npm run test:full` only
 * @property {() => string | undefined} [running] the title of the test that began last
 * @property {(run: Run, tests: Tests) => Promise<Result>} work
 */

/** @type {Part[]} */
export const parts = [
  // The build comes first because others use it. Then the longest come first, so that both lanes end at about the same time.
  check('build', [[node, script('scripts/package.mjs')]]),
  suite('e2e', { needs: ['pythons', 'browser', 'newest'], usesBuild: true, timeout: 180_000, share: [1, 2] }),
  suite('e2e', { needs: ['pythons', 'browser', 'newest'], usesBuild: true, timeout: 180_000, share: [2, 2] }),
  suite('server', { needs: ['pythons'], timeout: 60_000, share: [1, 2] }),
  suite('server', { needs: ['pythons'], timeout: 60_000, share: [2, 2] }),
  suite('runner', { needs: ['pythons'], timeout: 60_000 }),
  suite('unit', { timeout: 60_000, folders: ['shared', 'extension', 'webviews', 'project'] }),
  check('types', [npmCommand(['run', 'typecheck'])]),
  check('lint', [npmCommand(['run', 'lint'])]),
  check('format', [[node, program('oxfmt', 'oxfmt'), '--check', '.']]),
  check('imports', [[node, program('dependency-cruiser', 'depcruise'), 'src', '--config', '.dependency-cruiser.cjs']]),
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
  slow(oldestPackages()),
  slow(postgres()),
  slow(oldest(['assistant', 'clicks', 'readme', 'stations', 'testing'])),
  slow({ ...check('mutation', [[node, program('@stryker-mutator/core', 'stryker'), 'run']]), isCheck: false }),
  slow(suite('faults', { needs: ['pythons', 'browser', 'newest'], usesBuild: true, timeout: 120_000 })),
  slow(suite('network', { needs: ['pythons', 'browser', 'proxies'], usesBuild: true, timeout: 60_000 })),
  slow(suite('api', { needs: ['schemathesis'], timeout: 60_000 })),
];

function slow(part) {
  return { ...part, isSlow: true };
}

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

/** The tests of the runner that the daily tests run only with the newest OpenHTF and TofuPilot client, with the oldest. */
function oldestPackages() {
  const isForNewest = (file) => readFileSync(join(root, file), 'utf8').includes('withNewestPython(');
  const files = globSync('test/runner/**/*.test.ts', { cwd: root }).sort().filter(isForNewest);
  const part = suite('runner oldest', { folders: ['runner'], needs: ['pythons'], timeout: 60_000, files });
  const env = { TEST_PYTHONS: venvPython('baseline') };
  const work = (run, tests) => part.work((program, args, more) => run(program, args, { ...more, ...env }), tests);
  return { ...part, work };
}

/** Browser tests of the daily work in the oldest VS Code that `engines` in the manifest allows. */
function oldest(names) {
  const files = names.map((name) => `test/e2e/${name}.test.ts`);
  const part = suite('oldest', { needs: ['pythons', 'browser', 'oldest'], usesBuild: true, timeout: 180_000, files });
  return {
    ...part,
    async work(run, tests) {
      const env = oldestVsCode();
      if (env) return part.work((program, args, more) => run(program, args, { ...more, ...env }), tests);
      const reason = 'npm has no Node 22 for this machine, which it requires';
      return { passed: 0, failed: [], skipped: [{ title: 'the oldest VS Code', reason }] };
    },
  };
}

/**
 * The tests of the server with its data in PostgreSQL, except those that open a SQLite file themselves, those that expect NUL in
 * names, and those of commands and of the editor's own server, which have no PostgreSQL yet. A machine without PostgreSQL skips
 * them.
 */
function postgres() {
  const others = [
    ...['assistant/mcpClients', 'assistant/refusals', 'move', 'portTaken', 'presence', 'shutdown', 'uploads'],
  ].map((name) => `test/server/${name}.test.ts`);
  const ofSqlite = /stations\.db|store\/sqlite\/|findingsIn|uptimeAtWork/;
  const isForBoth = (file) =>
    file.includes('/postgres') || (!others.includes(file) && !ofSqlite.test(readFileSync(join(root, file), 'utf8')));
  const files = globSync('test/server/**/*.test.ts', { cwd: root }).sort().filter(isForBoth);
  const part = suite('postgres', { needs: ['pythons'], timeout: 60_000, files });
  return {
    ...part,
    async work(run, tests) {
      if (spawnSync('postgres', ['--version']).status !== 0) {
        const reason = 'the program postgres of PostgreSQL is not in the PATH';
        return { passed: 0, failed: [], skipped: [{ title: 'the server with PostgreSQL', reason }] };
      }
      return part.work((program, args, more) => run(program, args, { ...more, TEST_ENGINE: 'postgres' }), tests);
    },
  };
}

/**
 * Runs mocha on the tests of a folder. The results come from its reporter; a missing report is a failure.
 * @param {string} suiteName
 * @param {{ folders?: string[], needs?: Part['needs'], usesBuild?: boolean, timeout: number, share?: [number, number],
 *   files?: string[] }} options `folders`: below test/, by default the one of the suite's name; `share`: such as the
 *   first of two halves, which run in parallel; `files`: instead of those of the folders
 */
function suite(
  suiteName,
  { folders = [suiteName], needs = [], usesBuild = false, timeout, share: [which, of] = [1, 1], files: listed },
) {
  const name = of === 1 ? suiteName : `${suiteName} ${which}/${of}`;
  const report = join(build, 'reports', `${name.replace('/', '-')}.json`);
  return {
    name,
    running: () => (existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).running : undefined),
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
      mkdirSync(join(build, 'reports'), { recursive: true });
      rmSync(report, { force: true });
      const args = ['--reporter', script('scripts/lib/reporter.mjs'), '--timeout', String(timeout), '--forbid-only'];
      const mocha = [program('mocha', 'mocha'), ...args, ...options, ...own];
      const env = { TEST_REPORT: report, ...(coverage && { NODE_V8_COVERAGE: coverage }) };
      const result = readReport(name, report, own.length === 0 ? 0 : await run(node, mocha, env));
      // A title that was asked for may be in another share only.
      const mayBeEmpty = of > 1 && options.length > 0;
      if (result.passed + result.skipped.length + result.failed.length > 0 || mayBeEmpty) return result;
      return { ...result, failed: [{ title: name, text: 'no test ran' }] };
    },
  };
}

function readReport(name, report, code) {
  const failure = (text) => [{ title: name, text }];
  const end = code === timedOutExitCode ? `silent for ${silenceLimitMinutes} minutes` : `exit code ${code}`;
  if (!existsSync(report)) return { passed: 0, skipped: [], failed: failure(`no test was reported: ${end}`) };
  const { running, ...result } = JSON.parse(readFileSync(report, 'utf8'));
  if (running !== undefined) {
    const text = `ended in or after “${running}”: ${end}; ${result.passed} tests had passed`;
    return { ...result, failed: [...result.failed, ...failure(text)] };
  }
  if (result.failed.length > 0) return result;
  if (code !== 0) return { ...result, failed: failure(`ended after its tests had passed: ${end}`) };
  return result;
}

function script(path) {
  return join(root, path);
}

function program(name, binary) {
  const manifest = join(root, 'node_modules', name, 'package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  return join(root, 'node_modules', name, typeof bin === 'string' ? bin : bin[binary]);
}
