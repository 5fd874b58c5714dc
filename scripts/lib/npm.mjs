import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { runUnlessDone } from './step.mjs';

/** Variables that "npm test" sets and that would mislead an npm in another folder. */
const ofThisPackage =
  /^(npm_package_|npm_lifecycle_|npm_config_(local_|global_)?prefix$|npm_command$|npm_execpath$|INIT_CWD$)/;

const noNetwork =
  'npm could not install the packages. Check that its registry can be reached ("npm ping"), then try again.';

/**
 * @param {import('./step.mjs').Run} run
 * @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, errorMessage?: string }} options
 */
export function npm(run, args, { cwd, env = {}, errorMessage = noNetwork }) {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofThisPackage.test(name)));
  const [program, ...allArgs] = npmCommand(args);
  return run(program, allArgs, { cwd, env: { ...own, ...env }, errorMessage });
}

/** Returns the program that runs npm with these arguments, and its own arguments. */
export function npmCommand(args) {
  return process.platform === 'win32' ? ['cmd.exe', '/d', '/s', '/c', 'npm', ...args] : ['npm', ...args];
}

export function installPackages() {
  return installLocked({ name: 'packages', title: 'Installing the npm packages', folder: root });
}

/**
 * Installs exactly what the lockfile of a folder lists, unless it is installed. No install script runs.
 * @param {{ name: string, title: string, folder: string }} options `name` of the log file, `title` for the progress line
 */
export function installLocked({ name, title, folder }) {
  return runUnlessDone({
    name,
    title,
    isDone: () => isInstalled(folder),
    work: (run) => npm(run, ['ci', '--ignore-scripts'], { cwd: folder }),
  });
}

/** Compares the lockfile with npm's own list of what it installed. Packages for other platforms may be missing. */
function isInstalled(folder) {
  const list = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(list)) return false;
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(list, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || (installed[path] ? installed[path].version === version : optional === true),
  );
}
