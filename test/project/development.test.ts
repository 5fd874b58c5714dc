import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'mocha';
import * as z from 'zod';

const root = join(import.meta.dirname, '..', '..');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const json = (file: string): unknown => JSON.parse(text(file));

const texts = z.array(z.string());
const manifest = z
  .object({ engines: z.object({ node: z.string() }), scripts: z.record(z.string(), z.string()) })
  .parse(json('package.json'));
const { tasks } = z
  .object({
    tasks: z.array(
      z.object({
        label: z.string(),
        script: z.string().optional(),
        dependsOn: z.union([z.string(), texts]).default([]),
        problemMatcher: z.unknown(),
      }),
    ),
  })
  .parse(json('.vscode/tasks.json'));
const launch = z
  .object({
    configurations: z.array(z.object({ name: z.string(), preLaunchTask: z.string().optional() })),
    inputs: z.array(z.object({ id: z.string(), options: texts })),
  })
  .parse(json('.vscode/launch.json'));
const labels = new Set(tasks.map(({ label }) => label));

describe('the launch configurations and tasks of VS Code', () => {
  it('refer to tasks that exist', () => {
    const named = [
      ...launch.configurations.flatMap(({ preLaunchTask }) => preLaunchTask ?? []),
      ...tasks.flatMap(({ dependsOn }) => dependsOn),
    ];
    assert.deepEqual(named.filter((label) => !labels.has(label)), []); // prettier-ignore
  });

  it('refer to npm scripts that exist', () => {
    const scripts = tasks.flatMap(({ script }) => script ?? []);
    assert.deepEqual(scripts.filter((script) => !(script in manifest.scripts)), []); // prettier-ignore
  });

  it('refer to files that exist or that a script creates', () => {
    const paths = [
      ...text('.vscode/launch.json').matchAll(/\$\{workspaceFolder\}\/((?!\.venvs|build|dist)[^"$:;*]+)/g),
    ];
    assert.ok(paths.length > 3);
    for (const [, path = ''] of paths) assert.ok(existsSync(join(root, path)), path);
  });

  it('offer every sample script to the debugger', () => {
    const samples = globSync('samples/*.py', { cwd: root }).map((file) => basename(file));
    assert.deepEqual(launch.inputs.find(({ id }) => id === 'sample')?.options, samples.sort());
  });
});

describe('the problem matcher of the watch task', () => {
  const { pattern, background } = z
    .object({
      pattern: z.object({ regexp: z.string() }),
      background: z.object({ beginsPattern: z.string(), endsPattern: z.string() }),
    })
    .parse(tasks.find(({ label }) => label === 'watch')?.problemMatcher);

  it('recognizes the lines that esbuild.mjs prints when a build begins and ends', () => {
    const printed = [...text('esbuild.mjs').matchAll(/console\.log\('(\[watch\] [^']+)'\)/g)].map(
      ([, line = '']) => line,
    );
    assert.deepEqual(printed.map((line) => [background.beginsPattern, background.endsPattern].map((each) => new RegExp(each).test(line))), [[true, false], [false, true]]); // prettier-ignore
  });

  it('recognizes an error that esbuild.mjs prints', () => {
    const line = 'src/webviews/prompt/main.ts:5:10: error: Expected ";" but found "="';
    assert.deepEqual(new RegExp(pattern.regexp).exec(line)?.slice(1), ['src/webviews/prompt/main.ts', '5', '10', 'error', 'Expected ";" but found "="']); // prettier-ignore
  });
});

describe('the version of Node', () => {
  it('is the same in .nvmrc, the manifest, the scripts and the development container', () => {
    const major = text('.nvmrc').trim();
    assert.equal(manifest.engines.node, `>=${major}`);
    assert.match(text('scripts/lib/node.mjs'), new RegExp(`^const requiredMajor = ${major};$`, 'm'));
    assert.match(text('.devcontainer/Dockerfile'), new RegExp(`typescript-node:${major}-`));
    const { optionalDependencies } = z
      .object({ optionalDependencies: z.record(z.string(), z.string()) })
      .parse(json('tools/node/package.json'));
    for (const version of Object.values(optionalDependencies)) assert.ok(version.startsWith(`${major}.`), version);
  });
});

describe('the development container', () => {
  it('has the extensions that are recommended', () => {
    const container = z
      .object({ customizations: z.object({ vscode: z.object({ extensions: texts }) }) })
      .parse(json('.devcontainer/devcontainer.json'));
    const { recommendations } = z.object({ recommendations: texts }).parse(json('.vscode/extensions.json'));
    assert.deepEqual(container.customizations.vscode.extensions, recommendations);
  });
});

describe('the workflows', () => {
  for (const file of globSync('.github/**/*.{yml,md}', { cwd: root })) {
    it(`run npm scripts that exist (${file})`, () => {
      const scripts = [...text(file).matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => name);
      assert.deepEqual(scripts.filter((script) => !(script in manifest.scripts)), []); // prettier-ignore
    });
  }
});
