// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';
import { makeVisible, seen, shorten } from '../../../src/web/app/visible.js';

test('what cannot be seen is spelled out, everything else stays', () => {
  const cases = [
    ['rm -rf /tmp/x', 'rm -rf /tmp/x'],
    ['tab\there', 'tab\\x09here'],
    ['two\nlines', 'two\\x0alines'],
    ['\u001b[2Jgone', '\\x1b[2Jgone'],
    ['abc\u202etxt.exe', 'abc\\u202etxt.exe'],
    ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
    ['no\u00a0break', 'no\\u00a0break'],
    ['tag\u{e0001}', 'tag\\U000e0001'],
    ['half \ud800 pair', 'half \\ud800 pair'],
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['Grüße 漢字 😀', 'Grüße 漢字 😀'],
  ];
  for (const [text, expected] of cases) assert.equal(makeVisible(text), expected);
});

test('from a long text the middle is left out, and the text says so', () => {
  assert.equal(shorten('abcdefgh', 8), 'abcdefgh');
  assert.equal(shorten('abcdefghi', 8), 'abcd [... 1 characters left out ...] fghi');
  assert.equal(shorten('😀'.repeat(9), 8), `${'😀'.repeat(4)} [... 1 characters left out ...] ${'😀'.repeat(4)}`);
  assert.ok(seen(`begin${'x'.repeat(5000)}end`).endsWith('end'));
});
