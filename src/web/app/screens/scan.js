// SPDX-License-Identifier: Apache-2.0
// Reads the code that a computer shows, by the camera. The pictures stay on the phone.
import { h } from '../dom.js';
import { readLink } from '../later/enrolment.js';
import { button, heading, notice, topBar } from '../parts.js';
import { t } from '../words.js';

const PAUSE = 120; // milliseconds between two pictures
const SIDE = 640; // pixels of a picture that is looked at
const CAMERA = { audio: false, video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 1280 } } };

/** The text of a code in the video's middle; undefined where there is none. */
function read(video, canvas, decode) {
  const side = Math.min(video.videoWidth, video.videoHeight);
  if (side === 0) return undefined;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, SIDE, SIDE);
  try {
    return decode(context.getImageData(0, 0, SIDE, SIDE));
  } catch {
    return undefined;
  }
}

/** Why there is no picture, in words. */
const explainCamera = (error) =>
  t(error.name === 'NotAllowedError' || error.name === 'SecurityError' ? 'scan.refused' : 'scan.noCamera');

export function scan(app) {
  const video = h('video', { playsinline: true, 'aria-label': t('scan.video') });
  const canvas = h('canvas', { width: SIDE, height: SIDE });
  const status = h('p', { class: 'quiet', role: 'status' }, t('scan.text'));
  const place = h('div', { class: 'finder' }, video);
  let stream;
  let timer;
  let closed = false;
  video.muted = true;

  const stop = () => stream?.getTracks().forEach((track) => track.stop());
  function look(decode) {
    const text = read(video, canvas, decode);
    if (text !== undefined && readLink(text)) {
      app.link = text;
      return app.go('/link');
    }
    if (text !== undefined) status.textContent = t('scan.otherCode');
    timer = setTimeout(() => look(decode), PAUSE);
    return undefined;
  }
  async function start() {
    if (!navigator.mediaDevices) throw new DOMException('', 'NotFoundError');
    const decoder = import('../../vendor/qr/decode.js');
    stream = await navigator.mediaDevices.getUserMedia(CAMERA);
    if (closed) return stop();
    video.srcObject = stream;
    await video.play();
    return look((await decoder).default);
  }

  start().catch((error) => {
    stop();
    if (closed) return;
    place.replaceWith(notice('warning', explainCamera(error)));
    status.remove();
  });
  return {
    title: t('scan.title'),
    name: 'scan',
    node: h('div', { class: 'screen' }, topBar(app),
      h('div', { class: 'middle top' }, heading(t('scan.title')), place, status),
      h('div', { class: 'actions' }, button(t('scan.type'), () => app.go('/link')))),
    leave() {
      closed = true;
      clearTimeout(timer);
      stop();
    },
  };
}
