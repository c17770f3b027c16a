// SPDX-License-Identifier: Apache-2.0
// A phone in Firefox that is notified, for tests in other languages: a line of JSON in, one out. The first line is the
// origin of its push service.
//
//     node hand-firefox.js
//     {"call": "phrase", "value": ORIGIN}    -> the phrase
//     {"call": "allowPairing"}               -> null, once notifications are on and the app is closed
//     {"call": "allow", "value": "42"}       -> null, after the notification was tapped and the login allowed
// It ends with its standard input.
import { createInterface } from 'node:readline';
import { Firefox } from './firefox.js';
import { PushService } from './push-service.js';

const service = await PushService.start();
const firefox = await Firefox.start(service.preferences);
console.log(JSON.stringify(service.origin));
for await (const line of createInterface({ input: process.stdin })) {
  const { call, value } = JSON.parse(line);
  console.log(JSON.stringify((await firefox[call](value)) ?? null));
}
await firefox.end();
await service.end();
