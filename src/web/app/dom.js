// SPDX-License-Identifier: Apache-2.0
// Elements from data. Text becomes text nodes only: nothing here ever parses HTML.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

/** h('p', { class: 'note', onclick: f }, 'text', node, ...) */
export const h = (tag, properties, ...children) => fill(document.createElement(tag), properties, children);

/** The same for pictures. */
export const s = (tag, properties, ...children) => fill(document.createElementNS(SVG, tag), properties, children);

// Strokes on a field of 24 by 24.
const ICONS = {
  back: 'M15 5l-7 7 7 7',
  bell: 'M6 16.5V11a6 6 0 0112 0v5.5l1.5 2h-15zM10 20.5a2.2 2.2 0 004 0',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  clock: 'M12 4a8 8 0 110 16 8 8 0 010-16zM12 8v4.5l3 2',
  code: 'M4.5 4.5h5.5v5.5h-5.5zM14 4.5h5.5v5.5h-5.5zM4.5 14h5.5v5.5h-5.5zM14 14h.01M19.5 14h.01M14 19.5h.01M16.8 16.8h.01M19.5 19.5h.01',
  cross: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  history: 'M4.5 12a7.5 7.5 0 102.4-5.5M4.5 4.5v4h4M12 8v4.3l3 1.7',
  more: 'M5.5 12h.01M12 12h.01M18.5 12h.01',
  offline: 'M4 4l16 16M8.5 8A12 12 0 003 11M21 11a13 13 0 00-7-3.8M6.5 14.5A8 8 0 0110 12.6M17.5 14.5a8 8 0 00-2-1.3M12 19h.01',
  phone: 'M8 3h8a1.5 1.5 0 011.5 1.5v15A1.5 1.5 0 0116 21H8a1.5 1.5 0 01-1.5-1.5v-15A1.5 1.5 0 018 3zM11 18h2',
  plus: 'M12 5v14M5 12h14',
  right: 'M9 5l7 7-7 7',
  scan: 'M4 8.5V6a2 2 0 012-2h2.5M15.5 4H18a2 2 0 012 2v2.5M20 15.5V18a2 2 0 01-2 2h-2.5M8.5 20H6a2 2 0 01-2-2v-2.5M8 12h8',
  shield: 'M12 3l7.5 2.8v5.4c0 4.6-3.1 8.2-7.5 9.8-4.4-1.6-7.5-5.2-7.5-9.8V5.8z',
  warning: 'M12 4l9 16H3zM12 10v4.5M12 17.2h.01',
};

/** Decoration: what it means is said in words beside it. */
export const icon = (name) =>
  s('svg', { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' }, s('path', { d: ICONS[name] }));

/** A ring that empties: `set(left)` of `whole` seconds, with the seconds in words for those who do not see it. */
export function ring(whole, describe) {
  const arc = s('circle', { cx: 22, cy: 22, r: 19, class: 'ring-arc', pathLength: 100, 'stroke-dasharray': 100 });
  const label = h('span', { class: 'ring-number', 'aria-hidden': 'true' });
  const spoken = h('span', { class: 'unseen' });
  const node = h('span', { class: 'ring' },
    s('svg', { viewBox: '0 0 44 44', 'aria-hidden': 'true' }, s('circle', { cx: 22, cy: 22, r: 19, class: 'ring-track' }), arc),
    label, spoken);
  const set = (left) => {
    arc.setAttribute('stroke-dashoffset', String(100 - (100 * Math.min(left, whole)) / whole));
    node.classList.toggle('is-late', left <= Math.min(10, whole / 5));
    label.textContent = String(left);
    spoken.textContent = describe(left);
  };
  return { node, set };
}

/** Calls `work` now and at each full second, until the returned function is called. */
export function everySecond(work) {
  let timer;
  const tick = () => {
    timer = setTimeout(tick, 1000 - (Date.now() % 1000));
    work();
  };
  tick();
  return () => clearTimeout(timer);
}
