import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { parse } from 'yaml';
import * as z from 'zod';
import { readCommand } from '../../src/server/cli/commandLine.ts';
import { skip } from '../support/skip.ts';

const folder = join(import.meta.dirname, '../../deploy');
const text = (file: string): string => readFileSync(join(folder, file), 'utf8');

const service = z.looseObject({
  image: z.string(),
  command: z.array(z.string()).default([]),
  depends_on: z.union([z.array(z.string()), z.record(z.string(), z.unknown()).transform(Object.keys)]).default([]),
  secrets: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
});
const composeFile = z.looseObject({
  services: z.record(z.string(), service),
  secrets: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.unknown()),
});

describe('the files for a lab server', () => {
  it('start the server with options that it has', () => {
    const [, started = ''] = /^ExecStart=.*server\.js (.*)$/m.exec(text('systemd/test-stations@.service')) ?? [];
    const [, options = ''] = /^OPTIONS=(.*)$/m.exec(text('systemd/server.env.example')) ?? [];
    const unit = readCommand(started.replace('$OPTIONS', options).split(' '));
    assert.deepEqual([unit.command, 'publicUrl' in unit && unit.publicUrl], ['serve', 'https://stations.example.com']);
    const [, entry = '[]'] = /^ENTRYPOINT (.*)$/m.exec(text('compose/Containerfile')) ?? [];
    const { services } = composeFile.parse(parse(text('compose/compose.yaml'), { merge: true }));
    const words = z.array(z.string()).parse(JSON.parse(entry));
    const inContainer = readCommand([
      ...words.slice(words.indexOf('/opt/test-stations/server.js') + 1),
      ...(services['server-a']?.command ?? []),
    ]);
    assert.equal(inContainer.command, 'serve');
  });

  it('name services, secrets, volumes and files that exist', () => {
    const { services, secrets, volumes } = composeFile.parse(parse(text('compose/compose.yaml'), { merge: true }));
    // An administrator creates these.
    const created = ['./stations.pem'];
    for (const [name, each] of Object.entries(services)) {
      for (const needed of each.depends_on) assert.ok(needed in services, `${name} needs ${needed}`);
      for (const secret of each.secrets) assert.ok(secret in secrets, `${name} has ${secret}`);
      for (const [place = ''] of each.volumes.map((volume) => volume.split(':'))) {
        const exists = place.startsWith('.') ? existsSync(join(folder, 'compose', place)) : place in volumes;
        assert.ok(exists || created.includes(place), `${name} mounts ${place}`);
      }
    }
  });

  it('have a unit without findings of systemd', function () {
    if (spawnSync('systemd-analyze', ['--version']).status !== 0) skip(this, 'systemd-analyze is not installed');
    if (!existsSync('/usr/bin/node')) skip(this, 'systemd-analyze checks that /usr/bin/node exists');
    const copy = mkdtempSync(join(tmpdir(), 'test-stations-unit-'));
    try {
      const unit = join(copy, 'test-stations@a.service');
      copyFileSync(join(folder, 'systemd/test-stations@.service'), unit);
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      assert.doesNotMatch(stderr, /test-stations@/);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});
