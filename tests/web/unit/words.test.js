// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import german from '../../../src/web/app/words-de.js';
import english from '../../../src/web/app/words-en.js';
import { chooseLanguage, span, t } from '../../../src/web/app/words.js';

globalThis.document ??= { documentElement: {} };
const APP = new URL('../../../src/web/app/', import.meta.url);
const sources = [...readdirSync(APP), ...readdirSync(new URL('screens/', APP)).map((name) => `screens/${name}`)]
  .filter((name) => name.endsWith('.js') && !name.includes('words-'));
const source = sources.map((name) => readFileSync(new URL(name, APP), 'utf8')).join('\n');

const forms = (entry) => (typeof entry === 'string' ? [entry] : Object.values(entry));
const values = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test('both languages say the same', () => {
  assert.deepEqual(Object.keys(german), Object.keys(english));
  for (const key of Object.keys(english)) {
    assert.equal(typeof german[key], typeof english[key], key);
    assert.deepEqual(Object.keys(forms(german[key])), Object.keys(forms(english[key])), key);
    assert.deepEqual(values(forms(german[key]).at(-1)), values(forms(english[key]).at(-1)), key);
    for (const text of [...forms(german[key]), ...forms(english[key])])
      for (const value of values(text)) assert.ok(values(forms(english[key]).at(-1)).includes(value), key);
  }
});

test('every sentence that is asked for is there', () => {
  const asked = [...source.matchAll(/\bt\((?:[^'`()]*\? )?'([^'`]+)'(?: : '([^'`]+)')?/g)].flatMap(([, one, other]) => [one, other]);
  assert.ok(asked.length > 80);
  for (const key of asked.filter(Boolean)) assert.ok(key in english, key);
});

test('every sentence that is there is used', () => {
  const families = [...source.matchAll(/`([\w.]+\.)\$\{/g)].map(([, prefix]) => prefix);
  const unused = Object.keys(english).filter((key) =>
    !source.includes(`'${key}'`) && !families.some((prefix) => key.startsWith(prefix)));
  assert.deepEqual(unused, []);
});

test('the person\'s language, its plurals and its units', async () => {
  await chooseLanguage(['fr-FR', 'de-AT', 'en']);
  assert.equal(t('code.left', { n: 1 }), 'noch 1 Sekunde');
  assert.equal(span(3700), '62 Minuten');
  assert.equal(document.documentElement.lang, 'de');
});
