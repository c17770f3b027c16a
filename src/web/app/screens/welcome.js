// SPDX-License-Identifier: Apache-2.0
// The first screen of a phone that is not paired: what this is, and how to install it first.
import { h, icon } from '../dom.js';
import { button, heading, notice } from '../parts.js';
import { canInstall, install, isInstalled, platform } from '../platform.js';
import { t } from '../words.js';

/** How to install on this platform; undefined where it is installed. */
export function installHint(app) {
  if (isInstalled()) return undefined;
  const kind = platform();
  if (kind === 'ios')
    return h('section', { class: 'card steps' }, h('h2', {}, t('install.title')),
      h('ol', {}, ['install.ios1', 'install.ios2', 'install.ios3'].map((key) => h('li', {}, t(key)))),
      h('p', { class: 'quiet' }, t('install.iosWhy')));
  if (canInstall())
    return h('section', { class: 'card' }, h('h2', {}, t('install.title')), h('p', {}, t('install.why')),
      button(t('install.button'), () => install().finally(app.refresh), 'plain'));
  return h('section', { class: 'card' }, h('h2', {}, t('install.title')),
    h('p', {}, t(kind === 'android' ? 'install.android' : 'install.other')));
}

export function welcome(app) {
  const mustInstall = platform() === 'ios' && !isInstalled();
  const pair = () => app.go('/pair');
  return {
    title: t('app'),
    name: 'welcome',
    node: h('div', { class: 'screen welcome' },
      h('div', { class: 'middle' },
        h('div', { class: 'badge brand' }, icon('shield')),
        heading(t('welcome.title')),
        h('p', { class: 'lead' }, t('welcome.text')),
        app.emptied && notice('warning', t('emptied')),
        installHint(app)),
      h('div', { class: 'actions' },
        button(t(mustInstall ? 'welcome.pairAnyway' : 'welcome.pair'), pair, mustInstall ? 'plain' : 'primary'))),
  };
}
