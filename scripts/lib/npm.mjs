import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './places.mjs';
import { once } from './step.mjs';

/** What "npm test" puts into the environment must not reach an npm that works in another folder. */
const ofThisPackage =
  /^(npm_package_|npm_lifecycle_|npm_config_(local_|global_)?prefix$|npm_command$|npm_execpath$|INIT_CWD$)/;

const noNetwork =
  'npm could not install the packages. Check that its registry can be reached ("npm ping"), then try again.';

/**
 * @param {import('./step.mjs').Run} run
 * @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, trouble?: string }} options
 */
export function npm(run, args, { cwd, env = {}, trouble = noNetwork }) {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofThisPackage.test(name)));
  const [program, first] = process.platform === 'win32' ? ['cmd.exe', ['/d', '/s', '/c', 'npm']] : ['npm', []];
  return run(program, [...first, ...args], { cwd, env: { ...own, ...env }, trouble });
}

/** Installs the project's own packages as the lockfile says. */
export function installPackages() {
  return once({
    name: 'packages',
    title: 'Installing the npm packages',
    isDone: () => isInstalled(root),
    work: (run) => npm(run, ['ci', '--ignore-scripts'], { cwd: root }),
  });
}

/** npm keeps its own list of what it installed: all that the lockfile names must be there in the same version. */
function isInstalled(folder) {
  const list = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(list)) return false;
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  const there = JSON.parse(readFileSync(list, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || (there[path] ? there[path].version === version : optional === true),
  );
}
