import { spawnSync } from 'node:child_process';
import { once } from './step.mjs';

const packages = ['nginx-light', 'caddy', 'iproute2'];
const programs = ['nginx', 'caddy', 'ip'];

/** The reverse proxies of the network tests: on Debian and Ubuntu root gets them installed. Elsewhere those tests are skipped. */
export function installProxies() {
  return once({
    name: 'proxies',
    title: 'Installing nginx and Caddy',
    isDone: () => programs.every(isThere) || !canInstall(),
    work: async (run) => {
      // Debian would start both on this machine's own ports.
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
      const trouble = `apt-get could not install ${packages.join(', ')}. Install them by hand, then try again.`;
      await run('apt-get', ['update'], { env, trouble });
      await run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env, trouble });
    },
  });
}

const isThere = (program) => spawnSync(program, ['-h'], { stdio: 'ignore' }).error === undefined;

const canInstall = () =>
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
