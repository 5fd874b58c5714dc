import assert from 'node:assert/strict';
import type { FrameLocator, Page } from 'playwright-core';
import * as z from 'zod';
import { eventually } from './until.ts';

/** A name that turns itself and what follows around, and how it is shown. */
export const [turning, inItsOrder] = ['SN\u202e1000-NS', 'SN 1000-NS'];

/**
 * In each block with the name: every letter, and the name, has to be right of what comes before it, or on a line below. What
 * has no place is out of sight.
 */
const look = (name: string): string => `(() => {
  const name = ${JSON.stringify(name)};
  const walk = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) nodes.push(walker.currentNode);
    return nodes;
  };
  const blockOf = (element) =>
    /^(inline$|contents)/.test(getComputedStyle(element).display) ? blockOf(element.parentElement) : element;
  const partsOf = (node) => {
    const parts = [];
    for (let at = 0; at < node.data.length; ) {
      const range = document.createRange();
      range.setStart(node, at);
      at += node.data.startsWith(name, at) ? name.length : 1;
      range.setEnd(node, at);
      const boxes = [...range.getClientRects()];
      if (range.toString().trim() && boxes.some(({ width }) => width > 0)) parts.push(boxes);
    }
    return parts;
  };
  const named = walk(document.body)
    .filter(({ data, parentElement }) => data.includes(name) && parentElement.checkVisibility());
  const turned = new Set();
  for (const block of new Set(named.map(({ parentElement }) => blockOf(parentElement)))) {
    const parts = walk(block).flatMap(partsOf);
    const isInOrder = parts.every(([next], index) => {
      const before = parts[index - 1]?.at(-1);
      return !before || next.left >= before.right - 1 || next.top >= before.bottom - 1;
    });
    if (!isInOrder) turned.add(block.outerHTML.slice(0, 300));
  }
  return { names: named.length, turned: [...turned], text: document.body.innerText };
})()`;

/** That all words beside a name stand in their order. @param least so many times the name is to be seen */
export async function nothingIsTurned(page: FrameLocator | Page, name: string, least: number): Promise<void> {
  await eventually(async () => {
    const seen = z
      .object({ names: z.number(), turned: z.array(z.string()), text: z.string() })
      .parse(await page.locator('html').evaluate(look(name)));
    assert.ok(seen.names >= least, `${name} is seen ${seen.names} times only in ${seen.text}`);
    assert.deepEqual(seen.turned, []);
    assert.doesNotMatch(seen.text, /[\u202a-\u202e\u2066\u2067]/);
  });
}
