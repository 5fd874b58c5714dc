import { spawnSync } from 'node:child_process';
import { installWithApt } from './apt.mjs';

/** Installs the reverse proxies of the network tests. Where that is not possible, those tests are skipped. */
export function installProxies() {
  return installWithApt({
    name: 'proxies',
    title: 'Installing nginx and Caddy',
    packages: ['nginx-light', 'caddy', 'iproute2'],
    isInstalled: () => ['nginx', 'caddy', 'ip'].every(canRun),
  });
}

const canRun = (program) => spawnSync(program, ['-h'], { stdio: 'ignore' }).error === undefined;
