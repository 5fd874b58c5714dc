import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';

const css = readFileSync(new URL('../../../src/webviews/operator/stage.css', import.meta.url), 'utf8');

/** By WCAG 2.2, from 0 to 1. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** The colors of the banner's rules, of dark themes or of the others. */
function colorsOf(isDark: boolean): { text: string; backgrounds: string[] } {
  const rules = [...css.matchAll(/([^{}]*\.verdict-banner[^{}]*)\{([^}]*)\}/g)]
    .filter(([, selector = '']) => selector.includes('.vscode-dark') === isDark)
    .map(([, , body = '']) => body);
  const all = (name: string): string[] =>
    rules.flatMap((body) =>
      [...body.matchAll(new RegExp(`${name}: (#[0-9a-f]{6});`, 'g'))].map(([, color = '']) => color),
    );
  return { text: all('--verdict-text')[0] ?? '', backgrounds: all('--verdict') };
}

describe('verdict banner', () => {
  for (const isDark of [false, true]) {
    it(`can be read in ${isDark ? 'dark' : 'light'} themes, whatever the verdict is`, () => {
      const { text, backgrounds } = colorsOf(isDark);
      assert.equal(backgrounds.length, 4, 'of PASS, FAIL, ERROR and TIMEOUT, and the others');
      for (const background of backgrounds) assert.ok(contrast(text, background) >= 4.5, `${text} on ${background}`);
    });
  }

  it('computes contrast as WCAG does', () => {
    assert.equal(contrast('#ffffff', '#000000'), 21);
    assert.ok(contrast('#ffffff', '#73c991') < 2.1, 'the green that was too faint');
  });
});
