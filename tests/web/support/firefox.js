// SPDX-License-Identifier: Apache-2.0
// Debian's Firefox, driven by WebDriver BiDi over its own socket.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { need } from './world.js';

const { WebSocket } = need('ws');
const BROWSER = process.env.FIREFOX || 'firefox-esr';
const PATIENCE = 20_000; // milliseconds

/** A value of the script module as JavaScript's own; only what JSON knows. */
function plain({ type, value }) {
  if (type === 'array') return value.map(plain);
  if (type === 'object') return Object.fromEntries(value.map(([name, one]) => [name, plain(one)]));
  return value;
}

export class Firefox {
  #calls = new Map();
  #last = 0;

  /** `preferences`: name to value. */
  static async start(preferences) {
    const firefox = new Firefox();
    firefox.profile = mkdtempSync(join(tmpdir(), 'toopher-firefox-'));
    writeFileSync(join(firefox.profile, 'user.js'), Object.entries(preferences)
      .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''));
    firefox.process = spawn(BROWSER, ['--headless', '--no-remote', '--profile', firefox.profile, '--remote-debugging-port', '0',
      '--remote-allow-system-access', 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: firefox.profile, MOZ_CRASHREPORTER_DISABLE: '1' } });
    await firefox.#connect();
    await firefox.call('session.new', { capabilities: {} });
    const { contexts: [tab] } = await firefox.call('browsingContext.getTree', {});
    firefox.tab = tab.context;
    return firefox;
  }

  async #connect() {
    let address;
    for await (const line of createInterface({ input: this.process.stderr })) {
      address = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
      if (address) break;
    }
    if (!address) throw new Error(`${BROWSER} has not started`);
    this.process.stderr.resume();
    this.socket = new WebSocket(`${address}/session`);
    this.socket.on('message', (text) => this.#take(JSON.parse(text)));
    await once(this.socket, 'open');
  }

  #take({ id, type, result, error, message }) {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (type === 'error') call?.reject(new Error(`${error}: ${message}`));
    else call?.resolve(result);
  }

  call(method, params) {
    this.#last += 1;
    const id = this.#last;
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => { this.#calls.set(id, { resolve, reject }); });
  }

  goto = (url) => this.call('browsingContext.navigate', { context: this.tab, url, wait: 'complete' });

  /** What `work` returns in the tab, as from a tap of the person. */
  evaluate = (work, ...args) => this.#run({ context: this.tab, sandbox: 'test' }, work, args);

  async #run(target, work, args) {
    const { result, exceptionDetails } = await this.call('script.callFunction', {
      functionDeclaration: String(work), awaitPromise: true, target, userActivation: true,
      arguments: args.map((value) => ({ type: typeof value, value })),
    });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return plain(result);
  }

  /** The same with the browser's own rights. */
  async evaluateAsBrowser(work, ...args) {
    const { contexts: [window] } = await this.call('browsingContext.getTree', { 'moz:scope': 'chrome' });
    return this.#run({ context: window.context }, work, args);
  }

  /** Waits until `work` is true in the tab, however often that is loaded meanwhile. */
  async until(work, ...args) {
    for (const end = Date.now() + PATIENCE; Date.now() < end;) {
      const value = await this.evaluate(work, ...args).catch(() => false);
      if (value) return value;
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    throw new Error(`not within ${PATIENCE} ms: ${work}; the page says ${await this.evaluate(() => document.body.innerText)}`);
  }

  /**
   * Until none with this title is drawn any more: it would take the tap that is meant for the next. Firefox itself leaves one that
   * was taken back before its window had loaded, which happens on a busy machine.
   */
  async noNotification(title) {
    const close = (wanted) => {
      const drawn = [...Services.wm.getEnumerator('alert:alert')].filter(({ document }) =>
        document.getElementById('alertTitleLabel')?.value === wanted);
      for (const one of drawn) one.close();
      return drawn.length > 0;
    };
    for (const end = Date.now() + PATIENCE; await this.evaluateAsBrowser(close, title);) {
      if (Date.now() > end) throw new Error(`a notification still says ${title}`);
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
  }

  /** Taps the notification with this title, as often as that takes: one that was just drawn does not hear it. */
  async tapNotification(title) {
    const tap = (wanted) => {
      const alert = [...Services.wm.getEnumerator('alert:alert')].findLast(({ document }) =>
        document.getElementById('alertTitleLabel')?.value === wanted);
      alert?.document.getElementById('alertBox').click();
      return alert !== undefined;
    };
    let taps = 0;
    for (const end = Date.now() + PATIENCE; Date.now() < end;) {
      const isThere = await this.evaluateAsBrowser(tap, title);
      if (!isThere && taps > 0) return;
      taps += isThere ? 1 : 0;
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    throw new Error(`no notification says ${title}`);
  }

  /** The newest tab of this site becomes the one that is driven. */
  async follow(url) {
    for (const end = Date.now() + PATIENCE; Date.now() < end;) {
      const { contexts } = await this.call('browsingContext.getTree', {});
      const found = contexts.filter((one) => one.url.startsWith(url));
      if (found.length > 0) {
        this.tab = found.at(-1).context;
        return;
      }
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    throw new Error(`no tab has opened ${url}`);
  }

  heading = (text) => this.until((wanted) => document.querySelector('h1')?.textContent === wanted, text);

  /** Taps the button with this text, once it is there and enabled. */
  tap = (text) => this.until((wanted) => {
    const button = [...document.querySelectorAll('button:not(:disabled)')].find((one) => one.textContent.trim() === wanted);
    button?.click();
    return button !== undefined;
  }, text);

  /** Up to the phrase of the app at `url`, which is not paired yet; its words. */
  async phrase(url) {
    this.url = url;
    await this.goto(`${url}/`);
    await this.tap('Pair this phone');
    await this.tap('Continue');
    const text = await this.until(() => document.querySelector('.phrase')?.textContent.trim());
    return text.split(/\s+/).join(' ');
  }

  /** Allows the pairing, turns notifications on, and closes the app. */
  async allowPairing() {
    await this.heading('Pair with this account?');
    await this.tap('Pair');
    await this.heading('Paired');
    await this.tap('Get notified of logins');
    await this.tap('Turn on notifications');
    await this.until(() => document.body.innerText.includes('Notifications are on.'));
    await this.goto('about:blank');
  }

  /** Taps the notification of a login while the app is closed, types its number, and allows it. */
  async allow(number) {
    await this.tapNotification('Is this you?');
    await this.follow(this.url);
    await this.heading('Is this you?');
    await this.evaluate((digits) => {
      const field = document.getElementById('number');
      field.value = digits;
      field.dispatchEvent(new Event('input'));
    }, number);
    await this.tap('Allow');
    await this.heading('Allowed');
  }

  async end() {
    this.socket?.close();
    this.process.kill();
    await once(this.process, 'exit');
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
