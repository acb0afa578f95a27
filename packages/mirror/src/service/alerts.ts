import { type Logger, type RandomSource, systemRandom, type TimeSource } from '@montana/foundation'
import { AlertOutbox } from '../alerts/outbox.js'
import { alertScrub } from '../alerts/scrub.js'
import { toldInStore } from '../alerts/told.js'
import { nameText } from '../config/repository-name.js'
import type { Manifest, MirrorConfig } from '../contracts/config.js'
import { createTransport } from '../providers/github/transport.js'
import type { MirrorStore } from '../store/mirror-store.js'
import { knownSecrets } from './known-secrets.js'

export interface ServiceAlertsInit {
  readonly config: MirrorConfig
  readonly manifest: Manifest
  readonly values: ReadonlyMap<string, string>
  readonly store: MirrorStore
  readonly time: TimeSource
  readonly random?: RandomSource
  readonly log: Logger
}

/** The way to the webhook of `MIRROR_ALERT_WEBHOOK`; null without one. */
export function openAlerts(init: ServiceAlertsInit): AlertOutbox | null {
  const { config, store, time, random = systemRandom, log } = init
  const { alertWebhook: url, primaryRepository } = config
  if (url === null) return null
  const transport = createTransport({ caFile: null, proxyEnvironment: process.env, timeoutMs: ALERT_TIMEOUT_MS })
  return new AlertOutbox({
    webhook: { url, transport, random },
    told: toldInStore(store),
    scrub: alertScrub(knownSecrets(init), url),
    repository: primaryRepository === null ? null : nameText(primaryRepository),
    time,
    log,
  })
}

/** A receiver takes a line of text; one that needs longer is not there. */
const ALERT_TIMEOUT_MS = 10_000
