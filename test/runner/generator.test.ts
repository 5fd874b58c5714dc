import { it } from 'mocha';
import { runGenerator } from '../support/generator.ts';
import { withEachPython } from './support/script.ts';

withEachPython('Random scripts', (python) => {
  const run = async (kind: string, count: string): Promise<void> => {
    process.stdout.write(`    ${await runGenerator(python, kind, count)}\n`);
  };

  it('random plain scripts are stored with the verdicts that an oracle computes from their descriptions', async function () {
    if (process.platform === 'win32') this.skip();
    this.timeout(600_000);
    await run('plain', process.env['PLAIN_ROUNDS'] ?? '40');
  });

  it('random OpenHTF tests are saved and reported as OpenHTF records them', async function () {
    if (process.platform === 'win32') this.skip();
    this.timeout(600_000);
    await run('openhtf', process.env['OPENHTF_ROUNDS'] ?? '20');
  });
});
