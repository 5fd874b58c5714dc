import { delimiter, resolve } from 'node:path';
import type { RunnerProcess } from '../../src/extension/run/process/runnerProcess.ts';
import { stationEnvironment } from '../../src/extension/run/process/scriptEnvironment.ts';
import type { UploadFolder } from '../../src/extension/run/uploads/uploadFolder.ts';
import { runnerEnvironment } from '../../src/shared/contract/runner.ts';
import { bytecodeFolder } from '../support/bytecode.ts';

interface Pushing {
  script: string;
  folder: string;
  /** Address of the server. */
  url: string;
  station: { id: string; key: string };
  box: UploadFolder;
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
      [runnerEnvironment.bytecode]: bytecodeFolder,
      [runnerEnvironment.outbox]: box.path,
      [runnerEnvironment.place]: JSON.stringify(place),
    },
  };
}
