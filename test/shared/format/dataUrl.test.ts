import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseDataUrl } from '../../../src/shared/format/dataUrl.ts';

const text = (address: string): string | undefined => {
  const read = parseDataUrl(address);
  return read && `${read.type} ${new TextDecoder().decode(read.content)}`;
};

describe('a data: address', () => {
  it('parses base64 and percent-encoded data URLs', () => {
    assert.equal(text('data:image/png;base64,aGk='), 'image/png hi');
    assert.equal(text('DATA:Image/SVG+xml;charset=utf-8,%3Csvg/%3E'), 'image/svg+xml <svg/>');
    assert.equal(text('data:image/png;name=a;base64,aGk%3D'), 'image/png hi');
    assert.deepEqual([...(parseDataUrl('data:image/png;base64,//8A')?.content ?? [])], [255, 255, 0]);
  });

  it('rejects malformed data URLs and other addresses', () => {
    for (const address of ['data:image/png;base64', 'data:image/png;base64,*', 'data:,%', 'https://x/a.png', 'a.png'])
      assert.equal(parseDataUrl(address), undefined, address);
  });
});
