import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { valueInUri } from '../../../src/shared/assistant/resource.ts';
import { serverResources } from '../../../src/shared/assistant/serverResources.ts';

describe('the addresses of the MCP server', () => {
  it('have names of their own and descriptions', () => {
    assert.equal(new Set(serverResources.map(({ name }) => name)).size, serverResources.length);
    for (const { name, title, description } of serverResources) {
      assert.match(name, /^[a-z]+(_[a-z]+)*$/);
      assert.ok(title.length > 0 && description.length >= 40);
    }
    for (const { uriTemplate } of serverResources) {
      assert.match(uriTemplate, /^teststations:\/\/[a-z]+\/\{[a-z]+\}(\/[a-z]+)?$/);
    }
  });

  it('contain any text as a value, and belong to one template', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...serverResources),
        fc.string({ minLength: 1, unit: 'grapheme' }),
        (resource, value) => {
          const uri = resource.uriTemplate.replace(/\{\w+\}/, () => encodeURIComponent(value));
          assert.equal(valueInUri(resource.uriTemplate, uri), value);
          for (const other of serverResources) {
            if (other !== resource) assert.equal(valueInUri(other.uriTemplate, uri), null);
          }
        },
      ),
      { seed: 16, numRuns: 300 },
    );
  });

  it('are refused if they are of no template', () => {
    const template = 'teststations://runs/{id}/report';
    for (const uri of [
      ...['', 'teststations://runs//report', 'teststations://runs/report', 'teststations://runs/1/2/report'],
      ...[
        'teststations://runs/1/report/',
        'teststations://runs/1',
        'https://runs/1/report',
        'teststations://runs/%/report',
      ],
      ...['teststations://runs/1/report?x=1', 'TESTSTATIONS://runs/1/report'],
    ]) {
      assert.equal(valueInUri(template, uri), null, uri);
    }
  });
});
