// SPDX-License-Identifier: Apache-2.0
// What the browser tests stand on: a real toopherd, a host that asks it, and phones, each a browser profile of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
export const SOURCE = process.env.TOOPHER_SRCDIR ?? join(HERE, '../../..');
export const BUILD = process.env.TOOPHER_BUILDDIR ?? join(SOURCE, 'build');
/** Packages of npm are in the build directory: tests/web/run.sh. */
export const need = createRequire(join(BUILD, 'web', 'package.json'));
const { chromium } = need('playwright-core');
const PYTHON = process.env.PYTHON3 || 'python3';
const BROWSER = process.env.CHROMIUM || ['/usr/lib/chromium/chromium', '/usr/bin/chromium'].find(existsSync);
const PATIENCE = 20_000; // milliseconds

/** toopherd as a process, and the requester of a computer. */
export class Server {
  /** `lines`: further ones of toopherd.conf. */
  static async start(...lines) {
    const server = new Server();
    server.process = spawn(PYTHON, ['-B', join(HERE, 'server.py'), ...lines], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, TOOPHER_SRCDIR: SOURCE, TOOPHER_BUILDDIR: BUILD },
    });
    server.lines = createInterface({ input: server.process.stdout })[Symbol.asyncIterator]();
    server.url = JSON.parse((await server.lines.next()).value).url;
    return server;
  }

  async call(call) {
    this.process.stdin.write(`${JSON.stringify(call)}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`server.py ended at ${JSON.stringify(call)}`);
    return JSON.parse(value);
  }

  async post(path, parameters) {
    const [status, answer] = await this.call({ call: 'post', path, parameters });
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  }

  get = async (path) => (await this.call({ call: 'get', path, parameters: {} }))[1];

  audit = () => this.call({ call: 'audit' });

  /** A login of `user`: the answer of initiate. `metadata` as hosts send it. */
  login(user, { metadata = {}, ...more } = {}) {
    const shown = { host: 'web1.example.org', service: 'sshd', rhost: '203.0.113.9', tty: 'ssh', target: user, ...metadata };
    return this.post('authentication_requests/initiate', {
      user_name: user, terminal_name: shown.rhost, action_name: shown.service, ttl: 60, number_matching: 'true',
      requester_metadata: JSON.stringify(shown), ...more,
    });
  }

  async end() {
    this.process.stdin.end();
    await once(this.process, 'exit');
  }
}

/** A browser profile that may be closed and opened again. */
export class PhoneBrowser {
  constructor(server) {
    this.server = server;
    this.profile = mkdtempSync(join(tmpdir(), 'toopher-phone-'));
  }

  static async open(server, options) {
    const phone = new PhoneBrowser(server);
    await phone.start(options);
    return phone;
  }

  /** `flags`: further ones of the browser; `options`: Playwright's. */
  async start({ flags = [], ...options } = {}) {
    this.context = await chromium.launchPersistentContext(this.profile, {
      executablePath: BROWSER,
      args: ['--no-sandbox', '--disable-gpu', '--no-default-browser-check', '--disable-component-update', ...flags],
      viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true,
      locale: 'en-GB', permissions: ['clipboard-read', 'clipboard-write'], ...options,
    });
    this.context.setDefaultTimeout(PATIENCE);
    [this.page] = this.context.pages();
    this.problems = [];
    this.page.on('pageerror', (error) => this.problems.push(String(error)));
    await this.page.goto(`${this.server.url}/`);
    await this.page.locator('h1').first().waitFor();
  }

  button = (name) => this.page.getByRole('button', { name, exact: true });

  heading = (name) => this.page.getByRole('heading', { name, level: 1 }).waitFor();

  /** Up to the phrase; its words. */
  async phrase() {
    const { page } = this;
    await page.goto(`${this.server.url}/#/pair`);
    const name = page.getByLabel('Name of this phone');
    const phrase = page.locator('.phrase');
    await name.or(phrase).waitFor();
    if (await name.isVisible()) await this.button('Continue').click();
    await phrase.waitFor();
    return (await phrase.innerText()).trim().split(/\s+/).join(' ');
  }

  /** Pairs with that account, as a person does. */
  async pair(user, more = {}) {
    const pairing = await this.server.post('pairings/create', { pairing_phrase: await this.phrase(), user_name: user, ...more });
    await this.allowPairing();
    return pairing;
  }

  /** Up to the codes, after the phrase was typed. */
  async allowPairing() {
    await this.heading('Pair with this account?');
    await this.button('Pair').click();
    await this.heading('Paired');
    await this.button('Show my codes').click();
    await this.page.locator('.digits').first().waitFor();
  }

  /** Allows the login that comes, with its number if it has one, up to the codes; when it was tapped, in ms since 1970. */
  async allow(number = '') {
    await this.heading('Is this you?');
    if (number !== '') await this.page.getByLabel('Number shown at the login').fill(number);
    const allow = this.button('Allow');
    await this.page.waitForFunction(() => !document.querySelector('.button.primary').disabled);
    await allow.evaluate((node) => node.addEventListener('click',
      ({ timeStamp }) => { globalThis.tapped = performance.timeOrigin + timeStamp; }, { capture: true, once: true }));
    await allow.click();
    await this.heading('Allowed');
    await this.button('Done').click();
    await this.page.locator('.digits').first().waitFor();
    return this.page.evaluate(() => globalThis.tapped);
  }

  /** Up to the question that a pairing link leads to. */
  async openLink(link) {
    await this.page.goto('about:blank');
    await this.page.goto(link);
    const name = this.page.getByLabel('Name of this phone');
    await this.page.locator('h1').first().waitFor();
    if (await name.isVisible()) await this.button('Continue').click();
  }

  /** Waits until the worker has everything for the time without network. */
  ready = () => this.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));

  async close() {
    await this.context.close();
  }

  async end() {
    await this.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}
