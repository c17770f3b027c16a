// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import moreGerman from '../../../src/web/app/later/words-de.js';
import moreEnglish from '../../../src/web/app/later/words-en.js';
import firstGerman from '../../../src/web/app/words-de.js';
import firstEnglish from '../../../src/web/app/words-en.js';
import { chooseLanguage, moreWords, span, t } from '../../../src/web/app/words.js';

globalThis.document ??= { documentElement: {} };
const APP = new URL('../../../src/web/app/', import.meta.url);
const english = { ...firstEnglish, ...moreEnglish };
const german = { ...firstGerman, ...moreGerman };
const filesIn = (folder) => readdirSync(new URL(folder, APP)).map((name) => folder + name)
  .filter((name) => name.endsWith('.js') && !name.includes('words-'));
const textOf = (names) => names.map((name) => readFileSync(new URL(name, APP), 'utf8')).join('\n');
const source = textOf([...filesIn('./'), ...filesIn('screens/'), ...filesIn('later/')]);
const firstSource = textOf([...filesIn('./'), 'screens/welcome.js']);

const askedFor = (text) => [...text.matchAll(/\bt\((?:[^'`()]*\? )?'([^'`]+)'(?: : '([^'`]+)')?/g)]
  .flatMap(([, one, other]) => [one, other]).filter(Boolean);

const forms = (entry) => (typeof entry === 'string' ? [entry] : Object.values(entry));
const values = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test('both languages say the same', () => {
  assert.deepEqual(Object.keys(firstGerman), Object.keys(firstEnglish));
  assert.deepEqual(Object.keys(moreGerman), Object.keys(moreEnglish));
  assert.equal(Object.keys(english).length, Object.keys(firstEnglish).length + Object.keys(moreEnglish).length, 'in one file only');
  for (const key of Object.keys(english)) {
    assert.equal(typeof german[key], typeof english[key], key);
    assert.deepEqual(Object.keys(forms(german[key])), Object.keys(forms(english[key])), key);
    assert.deepEqual(values(forms(german[key]).at(-1)), values(forms(english[key]).at(-1)), key);
    for (const text of [...forms(german[key]), ...forms(english[key])])
      for (const value of values(text)) assert.ok(values(forms(english[key]).at(-1)).includes(value), key);
  }
});

test('every sentence that is asked for is there', () => {
  const asked = askedFor(source);
  assert.ok(asked.length > 80);
  for (const key of asked) assert.ok(key in english, key);
  for (const key of askedFor(firstSource)) assert.ok(key in firstEnglish, `${key} is of the first load`);
});

test('every sentence that is there is used', () => {
  const families = [...source.matchAll(/`([\w.]+\.)\$\{/g)].map(([, prefix]) => prefix);
  const unused = Object.keys(english).filter((key) =>
    !source.includes(`'${key}'`) && !families.some((prefix) => key.startsWith(prefix)));
  assert.deepEqual(unused, []);
});

test('the person\'s language, its plurals and its units', async () => {
  await chooseLanguage(['fr-FR', 'de-AT', 'en']);
  assert.equal(span(3700), '62 Minuten');
  assert.equal(document.documentElement.lang, 'de');
  await moreWords();
  assert.equal(t('code.left', { n: 1 }), 'noch 1 Sekunde');
});
