import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { installWithApt } from './lib/apt.mjs';
import { installBrowser } from './lib/browser.mjs';
import { killChildren, runChild } from './lib/children.mjs';
import { runMain, ScriptError } from './lib/main.mjs';
import { useNode24 } from './lib/node.mjs';
import { installPackages } from './lib/npm.mjs';
import { build, root } from './lib/paths.mjs';
import { installVenv, testPythons, venvPython } from './lib/python.mjs';
import { installOldestVsCode, installVsCode } from './lib/vscode.mjs';

const usage = `npm test                          all parts that take seconds or minutes
npm run test:full                 all parts, the slow ones with more rounds, and the coverage of src
npm run coverage                  as npm test, and the coverage of src
npm test -- server runner         these parts only
npm test -- test/shared/uptime/uptime.test.ts --grep "some title"`;

/** Rounds of the fault tests and random tests, and amounts of data, in `npm run test:full`. */
const fullRounds = {
  CLOCK_ROUNDS: '50',
  FAILOVER_ROUNDS: '30',
  FIGHT_ROUNDS: '30',
  HOST_ROUNDS: '20',
  KILL_ROUNDS: '300',
  LAB_ROUNDS: '300',
  LIMITS_ROUNDS: '1000',
  MIGRATE_ROUNDS: '60',
  NETWORK_ROUNDS: '20',
  OPENHTF_ROUNDS: '50',
  PLAIN_ROUNDS: '150',
  POSTGRES_RUNS: '6000',
  PUSH_ROUNDS: '20',
  PUSH_STEPS: '5000',
  SCRIPT_ROUNDS: '60',
  YIELD_ROUNDS: '3000',
};

async function main() {
  await useNode24(import.meta.url);
  await installPackages();
  // Their packages may have been installed just now.
  const { parts } = await import('./lib/parts.mjs');
  const { printCoverage, rawCoverage, startCoverage } = await import('./lib/coverage.mjs');
  const { chosen, tests } = choose(parts, process.argv.slice(2));
  await setUp(new Set(chosen.flatMap(({ needs }) => needs)));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
  for (const name of Object.keys(process.env)) if (/^(TOFUPILOT|STATION)_/.test(name)) delete process.env[name];
  // The tests start hundreds of processes of Node from the sources, which halve their start with it.
  process.env.NODE_COMPILE_CACHE ??= join(build, 'compile-cache');

  // To measure it takes a tenth of the processor's time.
  const isMeasured = ['coverage', 'full'].includes(process.argv[2]);
  if (isMeasured) {
    startCoverage();
    tests.coverage = rawCoverage;
  }
  const results = [];
  let queue = [...chosen];
  if (queue[0]?.name === 'build') {
    const build = await runPart(queue.shift(), tests);
    results.push(build);
    if (build.failed.length > 0) {
      // The others would test an older build.
      results.push(...queue.filter(({ usesBuild }) => usesBuild).map(notRun));
      queue = queue.filter(({ usesBuild }) => !usesBuild);
    } else {
      process.env.TEST_SERVER_PROGRAM = join(root, 'dist', 'server.js');
    }
  }
  const lane = async () => {
    while (queue.length > 0) results.push(await runPart(queue.shift(), tests));
  };
  await Promise.all([lane(), lane()]);
  for (const command of killChildren()) console.log(`Left running and killed: ${command}`);
  if (isMeasured) await printCoverage();
  return printSummary(results);
}

/** The arguments are names of parts and test files. Everything from the first option on goes to mocha. */
function choose(parts, args) {
  const firstOption = args.findIndex((arg) => arg.startsWith('-'));
  const names = (firstOption < 0 ? args : args.slice(0, firstOption)).filter((name) => name !== 'coverage');
  const files = names.filter((name) => existsSync(name) && name.endsWith('.test.ts'));
  if (names.includes('full')) {
    process.env.TEST_SCREENSHOTS ??= 'no';
    for (const [name, rounds] of Object.entries(fullRounds)) process.env[name] ??= rounds;
    return { chosen: parts, tests: { files: [], options: [] } };
  }
  if (names.length === 0) {
    process.env.TEST_SLOW ??= 'no';
    process.env.TEST_SCREENSHOTS ??= 'no';
  }
  const wanted = new Set(names.map((name) => (files.includes(name) ? name.split(sep)[1] : name)));
  for (const name of wanted) {
    if (name !== 'checks' && !parts.some((part) => isOf(part, name))) {
      const known = [...new Set(parts.flatMap((part) => [part.name.split(' ')[0], ...part.folders]))].join(', ');
      throw new ScriptError(`There is no part "${name}". Name test files, or some of: ${known}, checks.\n\n${usage}`);
    }
  }
  const named = parts.filter(
    (part) => [...wanted].some((name) => isOf(part, name)) || (part.isCheck && wanted.has('checks')),
  );
  const needsBuild = named.some(({ usesBuild }) => usesBuild);
  const chosen =
    wanted.size === 0
      ? parts.filter((part) => !part.isSlow)
      : parts.filter((part) => named.includes(part) || (needsBuild && part.name === 'build'));
  return { chosen, tests: { files, options: firstOption < 0 ? [] : args.slice(firstOption) } };
}

const isOf = (part, name) => part.name.split(' ')[0] === name || part.folders.includes(name);

async function setUp(needs) {
  const steps = [installPrograms(needs)];
  if (needs.has('newest')) steps.push(installVsCode());
  if (needs.has('oldest')) steps.push(installOldestVsCode());
  if (needs.has('tools')) steps.push(installVenv('tools'));
  if (needs.has('schemathesis')) {
    steps.push(installVenv('schemathesis'));
    process.env.TEST_SCHEMATHESIS = venvPython('schemathesis');
  }
  if (needs.has('pythons')) {
    steps.push(installVenv('newest').then(() => installVenv('baseline')));
    process.env.TEST_PYTHONS = testPythons();
  }
  await Promise.all(steps);
}

/** Installs one after the other, because apt-get cannot run twice at the same time. */
async function installPrograms(needs) {
  if (needs.has('browser')) process.env.CHROMIUM_PATH = await installBrowser();
  if (needs.has('proxies')) {
    await installWithApt({
      name: 'proxies',
      title: 'Installing nginx, Caddy and HAProxy',
      packages: ['nginx-light', 'caddy', 'haproxy', 'iproute2'],
      isInstalled: () =>
        ['nginx', 'caddy', 'haproxy', 'ip'].every((program) => !spawnSync(program, ['-h'], { stdio: 'ignore' }).error),
    });
  }
}

async function runPart(part, tests) {
  console.log(`▸ ${part.name} …`);
  const start = Date.now();
  const progress = setInterval(() => {
    const test = part.running?.();
    console.log(`  … ${part.name} is still running (${seconds(start)})${test ? `: ${test}` : ''}`);
  }, 30_000);
  const output = [];
  const files = tests.files.filter((file) => part.folders.includes(file.split(sep)[1] ?? ''));
  const run = (program, args, env) => runChild(program, args, env, (text) => output.push(text));
  const result = await part.work(run, { ...tests, files });
  clearInterval(progress);
  const { passed, failed, skipped } = result;
  console.log(
    `── ${part.name}: ${count({ passed, failed: failed.length, skipped: skipped.length })} (${seconds(start)})`,
  );
  process.stdout.write(output.join(''));
  return { part, ...result };
}

function notRun(part) {
  return { part, passed: 0, failed: [{ title: part.name, text: 'not run, because the build failed' }], skipped: [] };
}

function printSummary(results) {
  const list = (kind) => results.flatMap((result) => result[kind].map((each) => ({ part: result.part.name, ...each })));
  const failed = list('failed');
  const skipped = list('skipped');
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  console.log('');
  for (const { part, title, reason } of skipped) console.log(`- skipped: ${part}: ${title}: ${reason}`);
  for (const { part, title, text } of failed)
    console.log(`✖ failed: ${part}: ${title}\n    ${text.split('\n').slice(0, 6).join('\n    ')}`);
  console.log(count({ passed, failed: failed.length, skipped: skipped.length }));
  return failed.length === 0 && passed > 0 ? 0 : 1;
}

function stop(signal) {
  killChildren();
  process.exit(signal === 'SIGINT' ? 130 : 143);
}

function count({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function seconds(start) {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}

await runMain(main);
