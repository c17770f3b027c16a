// SPDX-License-Identifier: Apache-2.0
// What a phone is asked before it is paired for the first time: its name.
import { h } from '../dom.js';
import { heading } from '../parts.js';
import { platform } from '../platform.js';
import { t } from '../words.js';

function nameForm(next) {
  const field = h('input', {
    id: 'phone-name', value: t(`phone.${platform()}`), maxlength: 60, autocomplete: 'off', required: true,
  });
  const send = h('button', { type: 'submit', class: 'button primary' }, t('continue'));
  const submit = (event) => {
    event.preventDefault();
    const name = field.value.trim();
    if (name === '' || send.disabled) return;
    send.disabled = true;
    next(name);
  };
  return h('form', { class: 'grow', onsubmit: submit },
    h('div', { class: 'middle top' },
      heading(t('pair.title')), h('p', { class: 'lead' }, t('pair.name')),
      h('label', { for: 'phone-name', class: 'label' }, t('pair.nameLabel')), field),
    h('div', { class: 'actions' }, send));
}

/** Calls `next` once this phone is registered; `put(view)` shows the question for its name, if that is to be asked. */
export function whenRegistered(app, put, next) {
  const { phone } = app;
  if (phone.device) return next();
  return new Promise((resolve, reject) => {
    const register = async (name) => {
      await phone.register(name, platform());
      app.watch.start();
      await next();
    };
    put(nameForm((name) => register(name).then(resolve, reject)));
  });
}
