import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import type { Report } from '../../../src/shared/contract/report.ts';
import { runHtml, type RunHtmlInput } from '../../../src/shared/export/runHtml.ts';
import { seed, withSeed } from '../statistics/support.ts';
import { exportedRun } from './exportedRun.ts';
import { nastyRun } from './randomRuns.ts';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

const pixel = 'data:image/png;base64,iVBORw0KGgo=';

const html = (run: Report, more: Partial<RunHtmlInput> = {}): string =>
  runHtml({ run, curves: new Map(), files: new Map(), language: 'en-US', exportedAt: new Date(0), ...more });

function elementsOf(node: Node): Element[] {
  const own = 'tagName' in node ? [node] : [];
  return 'childNodes' in node ? [...own, ...node.childNodes.flatMap(elementsOf)] : own;
}

function textOf(node: Node): string {
  if ('value' in node) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

const attribute = ({ attrs }: Element, name: string): string | undefined =>
  attrs.find((each) => each.name === name)?.value;

const known = new Set(
  `html head meta title style body header footer h1 h2 h3 p span bdi strong br dl div dt dd section table thead tbody tr th td
  ul li pre code figure figcaption img svg rect polyline text`.split(/\s+/),
);

/** What the file shows of a text, and a parser leaves of it. */
const shown = (text: string): string => text.replace(/(?:(?![\n\t])[\p{Cc}\u202a-\u202e\u2066\u2067])+/gu, ' ');

describe(`the HTML of a run (${withSeed})`, () => {
  it('shows whatever texts scripts push as text: no element, attribute or address comes from them', () => {
    fc.assert(
      fc.property(nastyRun, (run) => {
        const source = html(run, { files: new Map([['a', { sha256: 'abc', image: pixel, isMissing: false }]]) });
        const document = parse(source);
        const elements = elementsOf(document);
        for (const element of elements) {
          assert.ok(known.has(element.tagName), element.tagName);
          for (const { name, value } of element.attrs) {
            assert.ok(!name.startsWith('on') && name !== 'href' && name !== 'style', name);
            if (name === 'src') assert.equal(value, pixel);
          }
        }
        const text = textOf(document);
        const expected = [run.unit.serial_number, run.procedure.name, run.logs[0]?.message ?? ''];
        for (const each of [...expected, ...run.phases.map(({ name }) => name)]) {
          // A parser drops a line feed at the beginning of a preformatted text.
          assert.ok(text.includes(shown(each).replace(/^\n/, '')), each);
        }
      }),
      { seed, numRuns: 150 },
    );
  });

  it('loads nothing from elsewhere', () => {
    const document = parse(html(exportedRun));
    const policy = elementsOf(document).find((each) => attribute(each, 'http-equiv') === 'Content-Security-Policy');
    assert.equal(
      policy && attribute(policy, 'content'),
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
    );
    assert.doesNotMatch(html(exportedRun), /https?:|url\(|@import|<script|<link/);
  });

  it('contains all phases with their attempts, all measurements with limits, curves, attachments and logs', () => {
    const run: Report = {
      ...exportedRun,
      attachments: [
        { id: 'a', name: 'photo.png', size: 2000, content_type: 'image/png', is_report: false },
        { id: 'b', name: 'raw.bin', size: 5e9, content_type: null, is_report: false },
        { id: 'c', name: 'lost.txt', size: 3, content_type: null, is_report: false },
      ],
    };
    const source = html(run, {
      files: new Map([
        ['a', { sha256: 'f00d', image: pixel, isMissing: false }],
        ['c', { sha256: null, image: null, isMissing: true }],
      ]),
      curves: new Map([
        [
          'sweep',
          [
            [0, 1, 2],
            [1, 4.1, 2],
          ],
        ],
      ]),
    });
    const text = textOf(parse(source));
    const parts = [
      'attempt 1 of 2',
      'attempt 2 of 2',
      'Optional',
      'SKIP',
      '3.2 ≤ x ≤ 3.4',
      '3.1 V',
      '3.3 V',
      '3 points',
    ];
    for (const part of [
      ...parts,
      'sweep (max)',
      '4.1 V',
      'photo.png',
      '2 kB',
      'f00d',
      'raw.bin',
      '5 GB',
      'not computed',
      'could not be loaded',
      'started',
    ]) {
      assert.ok(text.includes(part), part);
    }
    assert.equal(source.match(/<polyline/g)?.length, 1);
    assert.equal(source.match(/<img/g)?.length, 1);
    assert.match(source, /<tr class="failed">/);
  });

  it('draws a curve of a million points within 2,000 points and keeps its peak', () => {
    const x = Array.from({ length: 1_000_000 }, (_, at) => at);
    const y = x.map((at) => (at === 123_456 ? 99 : Math.sin(at)));
    const source = html(exportedRun, { curves: new Map([['sweep', [x, y]]]) });
    const points = /<polyline points="([^"]*)"/.exec(source)?.[1]?.split(' ') ?? [];
    assert.ok(points.length <= 2000, String(points.length));
    // The peak is at the upper edge of the frame.
    assert.ok(points.some((point) => point.endsWith(',10.0')));
  });
});
