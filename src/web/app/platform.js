// SPDX-License-Identifier: Apache-2.0
// What kind of phone this is, and how an app is installed there.

let installPrompt; // of Chromium, kept until the person asks for it

/** 'ios', 'android' or 'other'. iPads call themselves Macs, but have a touch screen. */
export function platform({ userAgent, maxTouchPoints } = navigator) {
  if (/iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1)) return 'ios';
  return /Android/.test(userAgent) ? 'android' : 'other';
}

/** Whether it runs as an app of its own and not in a tab. */
export const isInstalled = () =>
  matchMedia('(display-mode: standalone)').matches || navigator.standalone === true;

export function awaitInstallPrompt(changed) {
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    installPrompt = event;
    changed();
  });
  window.addEventListener('appinstalled', () => {
    installPrompt = undefined;
    changed();
  });
}

export const canInstall = () => installPrompt !== undefined;

export async function install() {
  const prompt = installPrompt;
  installPrompt = undefined;
  await prompt.prompt();
}
