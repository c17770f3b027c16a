// SPDX-License-Identifier: Apache-2.0
// What went wrong, in words that say what to do.
import { Refused, Unreachable } from './api.js';
import { Unreadable } from './shown.js';
import { span, t } from './words.js';
import { seen } from './visible.js';

const TOLD_CLOCK_ERROR = 30; // seconds

/** { title, text } for an error of a call. */
export function explain(error) {
  if (error instanceof Unreachable) return { title: t('unreachable.title'), text: t('unreachable.text') };
  if (error instanceof Unreadable) return { title: t('unreadable.title'), text: t('unreadable.text', { why: error.message }) };
  if (error instanceof Refused && error.status === 401)
    return { title: t('unknown.title'), text: t('unknown.text', { why: seen(error.message), origin: location.origin }) };
  if (error instanceof Refused && error.status === 429) return { title: t('busy.title'), text: t('busy.text') };
  if (error instanceof Refused) return { title: t('refused.title'), text: seen(error.message) };
  return { title: t('bug.title'), text: t('bug.text', { why: String(error?.message ?? error) }) };
}

/** A sentence about the phone's clock, or undefined where it is right. */
export function clockTrouble({ error, measured }) {
  if (Math.abs(error) <= TOLD_CLOCK_ERROR) return undefined;
  const values = { by: span(error) };
  return `${t(error < 0 ? 'clock.behind' : 'clock.ahead', values)} ${t(measured ? 'clock.corrected' : 'clock.wrong')}`;
}
