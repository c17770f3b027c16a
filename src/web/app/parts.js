// SPDX-License-Identifier: Apache-2.0
// Pieces that several screens are made of.
import { h, icon } from './dom.js';
import { isSaid, t } from './words.js';
import { makeVisible, seen } from './visible.js';

/** The heading gets the focus when a screen opens, so that screen readers begin there. */
export const heading = (text) => h('h1', { tabindex: -1 }, text);

export const button = (text, onclick, kind = 'plain', properties = {}) =>
  h('button', { type: 'button', class: `button ${kind}`, onclick, ...properties }, text);

/** The bar of a screen that is not the first one: a way back, and something at the other end. */
export const topBar = (app, end) =>
  h('header', { class: 'bar' },
    h('button', { type: 'button', class: 'round', 'aria-label': t('back'), onclick: () => app.go('/') }, icon('back')), end);

const NOTICE_ICONS = { info: 'phone', away: 'offline', warning: 'warning', danger: 'warning' };

/** kind: info, away, warning, danger */
export const notice = (kind, text, ...more) =>
  h('div', { class: `notice ${kind}` }, icon(NOTICE_ICONS[kind]), h('div', {}, h('p', {}, text), ...more));

/** A list of what is known; rows are [label, text, class], those without text are left out. Text is of others. */
export const facts = (rows) =>
  h('dl', { class: 'facts' }, rows.filter(([, text]) => text).map(([label, text, kind]) =>
    h('div', {}, h('dt', {}, label), h('dd', kind ? { class: kind } : {}, h('bdi', {}, seen(text))))));

/** How the person calls a pairing, else who it is for. */
export const nameOf = (pairing) => makeVisible(pairing.label || pairing.user);

/** 'SSH login', 'sudo', ...; another service or action by its own name. */
export function whatOf(request) {
  if (isSaid(`adds.${request.action}`)) return t(`adds.${request.action}`);
  const service = request.metadata.service ?? '';
  if (isSaid(`service.${service}`)) return t(`service.${service}`);
  return seen(request.action || service || t('login'));
}

/** Which computer, as far as anybody said. */
export const whereOf = (request) => seen(request.metadata.host ?? request.terminal ?? request.requester);

/** A screen that says how something ended, and what to do. kind: good, bad, neutral */
export function ending(app, { kind, title, text, action = t('done'), onaction = () => app.go('/'), more = [] }) {
  return {
    title,
    name: 'ending',
    node: h('div', { class: 'screen ending' },
      h('div', { class: 'middle' },
        h('div', { class: `badge ${kind}` }, icon(kind === 'good' ? 'check' : kind === 'bad' ? 'cross' : 'clock')),
        heading(title), h('p', { class: 'lead' }, text), more),
      h('div', { class: 'actions' }, button(action, onaction, 'primary'))),
  };
}
