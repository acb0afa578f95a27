import { approvePush } from '../service/approve.js'
import { keepTips } from '../service/keep-tips.js'
import type { Mirror } from '../service/mirror.js'
import { dropRescue, holdSentinel, resumeMirrors } from '../service/operations.js'
import { lookAtRecovery } from '../service/recovery.js'
import type { MirrorService } from './service.js'

/** What changes roles or configuration, or reads what this library does not. */
export type MoreOperations = Pick<
  MirrorService,
  'promote' | 'demote' | 'remove' | 'observed' | 'readSentinel' | 'testCandidate' | 'addSlot' | 'sshTools'
>

/** An open mirror as the routes take it. */
export function mirrorService(mirror: Mirror, more: MoreOperations = {}): MirrorService {
  // Its parts may be others with each call: targets come and go.
  return {
    get parts() {
      return mirror.parts
    },
    enqueue: (reason, layers, names) => mirror.enqueue(reason, layers, names),
    hold: (untilMs, asked, signal) => holdSentinel(mirror.parts, untilMs, asked, signal),
    resume: (asked, signal) => resumeMirrors(mirror.parts, asked, signal),
    dropRescue: (name, ref, signal) => dropRescue(mirror.parts, name, ref, signal),
    recover: (name, signal) => lookAtRecovery(mirror.parts, name, signal),
    keepTips: (name, asked, signal) => keepTips(mirror.parts, name, asked, signal),
    approve: (name, asked) => approvePush(mirror.parts, name, asked),
    ...more,
  }
}
