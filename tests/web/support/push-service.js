// SPDX-License-Identifier: Apache-2.0
// A push service for Firefox: what https://mozilla-push-service.readthedocs.io says, as far as one browser needs it.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { need } from './world.js';

const { WebSocketServer } = need('ws');

export class PushService {
  #channels = new Map(); // to the browser's socket
  #sockets = new Set();
  messages = []; // { headers, body } that were taken
  gone = false; // answers that subscriptions are gone
  refused = 0; // messages that got this answer

  static async start() {
    const service = new PushService();
    service.server = createServer((request, response) => void service.#take(request, response));
    new WebSocketServer({ server: service.server }).on('connection', (socket) => service.#talk(socket));
    service.server.listen(0, '127.0.0.1');
    await once(service.server, 'listening');
    service.origin = `http://127.0.0.1:${service.server.address().port}`;
    return service;
  }

  /**
   * Preferences that make this Firefox's service, and let it show notifications. Without a desktop it draws them itself, and
   * waits with more once it has drawn three that stay, also when these were closed. A worker may open a window for a second
   * after a tap only, in which a busy machine has not even started it.
   */
  get preferences() {
    return {
      'dom.push.serverURL': this.origin.replace('http', 'ws'), 'dom.push.testing.allowInsecureServerURL': true,
      'dom.push.connection.enabled': true, 'dom.push.retryBaseInterval': 100, 'permissions.default.desktop-notification': 1, 'alerts.useSystemBackend': false,
      'dom.webnotifications.requireinteraction.count': 1000, 'dom.webnotifications.disable_open_click_delay': 20_000,
    };
  }

  /** Loses all subscriptions, and the browser learns of it: the next time it says hello it is somebody new. */
  forget() {
    this.#channels.clear();
    for (const socket of this.#sockets) socket.terminate();
  }

  #talk(socket) {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    const say = (answer) => socket.send(JSON.stringify(answer));
    socket.on('message', (text) => {
      const { messageType, channelID } = JSON.parse(text);
      if (messageType === 'hello') say({ messageType, status: 200, uaid: randomBytes(16).toString('hex'), use_webpush: true, broadcasts: {} });
      else if (messageType === 'register') {
        this.#channels.set(channelID, socket);
        say({ messageType, status: 200, channelID, pushEndpoint: `${this.origin}/push/${channelID}` });
      } else if (messageType === 'unregister') say({ messageType, status: 200, channelID });
      else if (messageType === undefined) say({});
    });
  }

  async #take(request, response) {
    const parts = [];
    for await (const part of request) parts.push(part);
    const channelID = request.url.split('/').at(-1);
    const socket = this.#channels.get(channelID);
    if (this.gone || !socket) {
      this.refused += 1;
      return response.writeHead(410).end();
    }
    const body = Buffer.concat(parts);
    this.messages.push({ headers: request.headers, body });
    const version = String(this.messages.length);
    socket.send(JSON.stringify({ messageType: 'notification', channelID, version, data: body.toString('base64url'),
      headers: { encoding: request.headers['content-encoding'] } }));
    return response.writeHead(201, { Location: `${this.origin}/message/${version}` }).end();
  }

  async end() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
