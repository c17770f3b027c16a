// SPDX-License-Identifier: Apache-2.0
// Looks at a screen: pictures of it in build/screens, axe-core's opinion, and whether a thumb finds everything.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD, need } from './world.js';

export const SCREENS = join(BUILD, 'screens');
const AXE = readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8');
const FINGERTIP = 44; // CSS pixels

/** One for each page, as long as it is open: the end of any session takes a page's virtual authenticators with it. */
const sessions = new WeakMap();

async function debuggerOf(page) {
  if (!sessions.has(page)) sessions.set(page, await page.context().newCDPSession(page));
  return sessions.get(page);
}

async function evaluate(cdp, expression) {
  const { result, exceptionDetails } = await cdp.send('Runtime.evaluate',
    { expression, awaitPromise: true, returnByValue: true });
  assert.equal(exceptionDetails, undefined);
  return result.value;
}

/** Violations in words. `rules`: all, or only these. By the debugger: the page's policy lets nobody else add scripts. */
async function violations(page, rules) {
  const cdp = await debuggerOf(page);
  await evaluate(cdp, `if (!globalThis.axe) { ${AXE} }`);
  const options = rules ? { runOnly: rules } : {};
  const found = await evaluate(cdp, `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
    violations.flatMap(({ id, help, nodes }) => nodes.map((node) => id + ': ' + help + ': ' + node.html)))`);
  return found;
}

/** What does not fit: wider than the window, or too small to touch. */
const misfits = (page) => page.evaluate((fingertip) => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push(`wider than ${innerWidth}`);
  for (const node of document.querySelectorAll('button, input, select, a')) {
    const { width, height } = node.getBoundingClientRect();
    if (width > 0 && (width < fingertip || height < fingertip)) found.push(`${node.outerHTML} is ${width} x ${height}`);
  }
  return found;
}, FINGERTIP);

/** The screen as it is now, as NAME.png, NAME-dark.png and NAME-320.png; fails for whatever is wrong with it. */
export async function look(phone, name) {
  if (process.env.LOOK === 'no') return;
  const { page } = phone;
  mkdirSync(SCREENS, { recursive: true });
  const picture = (suffix) => page.screenshot({ path: join(SCREENS, `${name}${suffix}.png`), animations: 'disabled' });
  const size = page.viewportSize();
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await picture('');
  assert.deepEqual(await violations(page), [], `${name}, light`);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await picture('-dark');
  assert.deepEqual(await violations(page, ['color-contrast']), [], `${name}, dark`);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 320, height: 640 });
  assert.deepEqual(await misfits(page), [], `${name}, 320 wide`);
  await picture('-320');
  await page.setViewportSize(size);
}
