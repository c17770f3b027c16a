// SPDX-License-Identifier: Apache-2.0
// The list of what waits for an answer, kept up to date by long poll.
import { Refused } from './api.js';

const HOLD = 50; // seconds
const FIRST_RETRY = 1;
const LAST_RETRY = 30;
const STALE = 5; // seconds after which a poll of a page that was hidden is not trusted

export class Watch {
  #version = '';
  #poll; // AbortController of the call that is under way
  #startedAt = 0;
  #wake = () => {};
  #retry = 0;

  /**
   * `onList(list, at)` with the time in ms at which it was asked for, `onPairings()` when they have changed,
   * `onState('connected' | 'unreachable' | error of the class Refused)`.
   */
  constructor(phone, { onList, onPairings, onState }) {
    Object.assign(this, { phone, onList, onPairings, onState });
  }

  start() {
    if (this.running) return;
    this.running = true;
    window.addEventListener('online', () => this.poke());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.poke();
    });
    this.#run();
  }

  /** Looks now: after an answer was given, or when the page comes back to the front. */
  poke(force = false) {
    this.#wake();
    if (force || Date.now() - this.#startedAt > STALE * 1000) this.#again();
  }

  #again() {
    this.#version = '';
    this.#poll?.abort();
  }

  async #run() {
    for (;;) {
      this.#poll = new AbortController();
      this.#startedAt = Date.now();
      try {
        const list = await this.phone.api.pending(this.#version, HOLD, this.#poll.signal);
        this.#version = list.version;
        this.#retry = 0;
        this.onState('connected');
        await this.onList(list, this.#startedAt);
        await this.#settle();
      } catch (error) {
        if (this.#poll.signal.aborted) continue;
        this.#version = '';
        this.onState(error instanceof Refused ? error : 'unreachable');
        await this.#pause();
      }
    }
  }

  async #settle() {
    const changed = await this.phone.settle();
    await this.phone.noteClock();
    if (changed) this.onPairings();
  }

  #pause() {
    this.#retry = Math.min(LAST_RETRY, Math.max(FIRST_RETRY, this.#retry * 2));
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, this.#retry * 1000);
    });
  }
}
