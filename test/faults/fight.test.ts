import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { stations } from '../../src/shared/contract/stations.ts';
import { adminKey } from '../server/bench.ts';
import { findingsIn } from '../server/findingsIn.ts';
import { randomNumbers } from '../server/random.ts';
import { TestClient } from '../server/requests.ts';
import { runServerProgram, startServer, temporaryFolder, type TestServer } from '../server/support.ts';

const rounds = Number(process.env['FIGHT_ROUNDS'] ?? 5);
const seed = Number(process.env['FIGHT_SEED'] ?? Date.now() % 1_000_000);
const servers = 4;

describe(`servers that fight for one data folder (FIGHT_SEED=${seed} FIGHT_ROUNDS=${rounds})`, function () {
  this.timeout(30_000 + rounds * 20_000);
  const folder = temporaryFolder();
  const random = randomNumbers(seed);

  /** Starts all at once. @returns the one that got the folder, and what the others said */
  async function fight(): Promise<{ winner: TestServer; losers: string[] }> {
    const tries = await Promise.allSettled(
      Array.from({ length: servers }, () => startServer(folder, { TEST_STATIONS_ADMIN_KEY: adminKey })),
    );
    const [winner, ...more] = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    for (const each of more) await each.kill();
    assert.ok(winner, 'no server got the folder');
    assert.equal(more.length, 0, 'several servers had the folder');
    return { winner, losers: tries.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : [])) };
  }

  it('are refused but for one, which works; a killed one leaves the folder to the next', async () => {
    for (let round = 1; round <= rounds; round++) {
      const { winner, losers } = await fight();
      assert.equal(losers.length, servers - 1);
      for (const said of losers) assert.match(said, /ended with 12: The data folder .* is in use by another/);
      const user = new TestClient(winner.url, adminKey);
      await user.call(stations.create, { body: { name: `Bench ${round}` } });
      await (random() < 0.5 ? winner.kill() : winner.stop());
    }
    const { winner } = await fight();
    const { data } = await new TestClient(winner.url, adminKey).call(stations.list);
    assert.equal(data.length, rounds);
    await winner.stop();
    assert.deepEqual(await findingsIn(folder), []);
    console.log(`      ${(rounds + 1) * servers} servers for one folder, ${rounds} stations made, none lost`);
  });

  it('while new keys are made beside it, all keys work', async () => {
    const { winner } = await fight();
    const made = await Promise.all(
      Array.from({ length: servers }, () => runServerProgram(['new-user-key', '--data', folder])),
    );
    for (const { code, stdout, stderr } of made) {
      assert.equal(code, 0, stderr);
      await new TestClient(winner.url, stdout.trim()).call(stations.list);
    }
    await winner.stop();
  });
});
