// SPDX-License-Identifier: Apache-2.0
// A notification was tapped whose login does not wait any more.
import { ending } from '../parts.js';
import { t } from '../words.js';

export const gone = (app) => ending(app, { kind: 'neutral', title: t('gone.title'), text: t('gone.text') });
