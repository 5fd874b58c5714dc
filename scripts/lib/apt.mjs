import { spawnSync } from 'node:child_process';
import { runUnlessDone } from './step.mjs';

/**
 * Installs packages with apt-get on Debian and Ubuntu, as root. Does nothing if they are installed, or on other machines.
 * @param {{ name: string, title: string, packages: string[], isInstalled: () => boolean }} options `name` of the log file,
 *   `title` for the progress line
 */
export function installWithApt({ name, title, packages, isInstalled }) {
  return runUnlessDone({
    name,
    title,
    isDone: () => isInstalled() || !canUseApt(),
    work: async (run) => {
      // Without a run level, Debian would start the servers among the packages on this machine's own ports.
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
      const errorMessage = `apt-get could not install ${packages.join(', ')}. Install them by hand, then try again.`;
      await run('apt-get', ['update'], { env, errorMessage });
      await run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env, errorMessage });
    },
  });
}

function canUseApt() {
  return process.getuid?.() === 0 && spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
}
