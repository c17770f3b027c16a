// SPDX-License-Identifier: Apache-2.0
// Text of a stranger, shown so that nothing of it is hidden: the rules of src/base/visible.h and utf8.cc.

const MAX_SHOWN = 1200; // characters

// Controls, and what else leaves no mark or moves its neighbours; lone surrogates and private use among them.
const INVISIBLE = [
  [0x00, 0x1f], [0x7f, 0xa0], [0xad, 0xad], [0x34f, 0x34f], [0x600, 0x605], [0x61c, 0x61c], [0x6dd, 0x6dd],
  [0x70f, 0x70f], [0x890, 0x891], [0x8e2, 0x8e2], [0x115f, 0x1160], [0x1680, 0x1680], [0x17b4, 0x17b5],
  [0x180b, 0x180f], [0x2000, 0x200f], [0x2028, 0x202f], [0x205f, 0x206f], [0x2800, 0x2800], [0x3000, 0x3000],
  [0x3164, 0x3164], [0xd800, 0xf8ff], [0xfdd0, 0xfdef], [0xfe00, 0xfe0f], [0xfeff, 0xfeff], [0xffa0, 0xffa0],
  [0xfff0, 0xfffb], [0xfffe, 0xffff], [0x110bd, 0x110bd], [0x110cd, 0x110cd], [0x13430, 0x1345f],
  [0x16fe4, 0x16fe4], [0x1bca0, 0x1bca3], [0x1d159, 0x1d159], [0x1d173, 0x1d17a], [0x1fffe, 0x1ffff],
  [0xe0000, 0xe0fff], [0xf0000, 0x10ffff],
];

const isInvisible = (code) => INVISIBLE.some(([first, last]) => first <= code && code <= last);

function escape(code) {
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

/** Every character that cannot be seen is spelled out as bash's $'...' takes it. */
export function makeVisible(text) {
  let out = '';
  for (const character of text) {
    const code = character.codePointAt(0);
    out += isInvisible(code) ? escape(code) : character;
  }
  return out;
}

/** Beginning and end, and between them how much is left out: a text could hide its point behind either. */
export function shorten(text, most = MAX_SHOWN) {
  const characters = Array.from(text);
  if (characters.length <= most) return text;
  const head = Math.floor(most / 2);
  const tail = most - head;
  const left = characters.length - most;
  return `${characters.slice(0, head).join('')} [... ${left} characters left out ...] ${characters.slice(-tail).join('')}`;
}

/** What the screen shows of a text of others. */
export const seen = (text) => shorten(makeVisible(text));
