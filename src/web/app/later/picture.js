// SPDX-License-Identifier: Apache-2.0
// A QR code as a picture: dark on light whatever the colours around, with the quiet zone of ISO/IEC 18004.
import encode from '../../vendor/qr/index.js';
import { s } from '../dom.js';

const QUIET_ZONE = 4; // modules

/** `label`: what it is, for those who do not see it. */
export function qrPicture(text, label) {
  const rows = encode(text, 'raw', { ecc: 'medium', border: QUIET_ZONE });
  const modules = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')));
  return s('svg', {
    viewBox: `0 0 ${rows.length} ${rows.length}`, class: 'qr', role: 'img', 'aria-label': label, 'shape-rendering': 'crispEdges',
  }, s('path', { d: modules.join('') }));
}
