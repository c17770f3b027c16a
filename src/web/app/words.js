// SPDX-License-Identifier: Apache-2.0
// The app's sentences in the person's language: words-*.js for the first screens, later/words-*.js for all others.
import english from './words-en.js';

let words = english;
let later; // the promise of the other sentences
let plural = new Intl.PluralRules('en');
export let language = 'en';
let locale = 'en'; // for dates: the person's own kind of English or German, if it is one of these

/** The first of the person's languages that there is. */
export async function chooseLanguage(wanted = navigator.languages) {
  words = english;
  language = 'en';
  const first = wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag === 'en' || tag === 'de');
  if (first === 'de') {
    words = (await import('./words-de.js')).default;
    language = 'de';
  }
  later = undefined;
  locale = wanted.find((tag) => tag.slice(0, 2).toLowerCase() === language) ?? language;
  plural = new Intl.PluralRules(language);
  document.documentElement.lang = language;
}

/** Fetches the sentences of the screens that are loaded later, once. Throws where the network fails. */
export async function moreWords() {
  later ??= import(`./later/words-${language}.js`).then((more) => { words = { ...words, ...more.default }; });
  try {
    await later;
  } catch (error) {
    later = undefined;
    throw error;
  }
}

/** A sentence, with its {values} filled in; one that has several forms takes that for `values.n`. */
export function t(key, values = {}) {
  const entry = words[key];
  const text = typeof entry === 'string' ? entry : entry[plural.select(values.n)];
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** Whether there is such a sentence: for names of services that may be known. */
export const isSaid = (key) => words[key] !== undefined;

/** Date and time, or the time alone for today. */
export function when(seconds, now = Date.now() / 1000) {
  const at = new Date(seconds * 1000);
  const isToday = at.toDateString() === new Date(now * 1000).toDateString();
  return at.toLocaleString(locale, isToday ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' });
}

/** '5 seconds', '3 minutes', '2 hours': the largest unit that fits. */
export function span(seconds) {
  const size = Math.abs(seconds);
  const [unit, n] = size < 90 ? ['second', size] : size < 5400 ? ['minute', size / 60]
    : size < 129600 ? ['hour', size / 3600] : ['day', size / 86400];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.round(n));
}
