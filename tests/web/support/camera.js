// SPDX-License-Identifier: Apache-2.0
// A film for Chromium's camera: --use-file-for-fake-video-capture.
import { writeFileSync } from 'node:fs';
import encodeQR from '../../../src/web/vendor/qr/index.js';

const WIDTH = 640;
const HEIGHT = 480;
const DOT = 7; // pixels of a module
const WHITE = 235;
const BLACK = 16;

/** Writes a film (YUV4MPEG2) with the code of `text` before a grey wall; `inverted`: light on dark, as terminals often are. */
export function film(path, text, inverted = false) {
  const code = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const side = code.length * DOT;
  const luma = Buffer.alloc(WIDTH * HEIGHT, 120);
  const left = Math.floor((WIDTH - side) / 2);
  const top = Math.floor((HEIGHT - side) / 2);
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1)
      luma[(top + y) * WIDTH + left + x] = code[Math.floor(y / DOT)][Math.floor(x / DOT)] === inverted ? WHITE : BLACK;
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((WIDTH * HEIGHT) / 2, 128)]);
  writeFileSync(path, Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`), frame, frame]));
}
