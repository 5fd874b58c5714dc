import { delimiter, resolve } from 'node:path';
import { runnerEnvironment } from '../../src/contract/runner.ts';
import type { OutboxFolder } from '../../src/run/outbox/outboxFolder.ts';
import { stationEnvironment } from '../../src/run/process/runPlan.ts';
import type { RunnerProcess } from '../../src/run/process/runnerProcess.ts';

interface Pushing {
  script: string;
  folder: string;
  /** Address of the server. */
  url: string;
  station: { id: string; key: string };
  box: OutboxFolder;
}

/** What the editor starts a script with whose results are to be pushed. */
export function runPlan({ script, folder, url, station, box }: Pushing): Parameters<typeof RunnerProcess.start>[0] {
  const [python = ''] = (process.env['TEST_PYTHONS'] ?? '').split(delimiter);
  const place = { instance: 'x', server: 'x', station: { id: station.id, name: 'Bench 1' } };
  return {
    mode: 'push',
    python: [python],
    runner: resolve(import.meta.dirname, '../../src/runner/__main__.py'),
    script,
    args: [],
    cwd: folder,
    env: {
      ...stationEnvironment(url, station.key),
      [runnerEnvironment.outbox]: box.path,
      [runnerEnvironment.place]: JSON.stringify(place),
    },
  };
}
