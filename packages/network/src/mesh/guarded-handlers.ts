import { errorMessage, type Logger } from '@montana/foundation'
import type { MeshHandlers } from '../options.js'

/** The handlers, with faults of the notifications logged here: a fault above must not end a connection below. */
export function guardedHandlers(handlers: MeshHandlers, logger: Logger): MeshHandlers {
  const guarded = <A extends unknown[]>(name: string, notify: (...args: A) => void) => {
    return (...args: A) => {
      try {
        notify(...args)
      } catch (error) {
        logger.error({ handler: name, error: errorMessage(error) }, 'mesh handler failed')
      }
    }
  }
  return {
    onMessage: guarded('onMessage', (...args) => handlers.onMessage(...args)),
    onStatus: guarded('onStatus', (...args) => handlers.onStatus(...args)),
    onPeerReached: guarded('onPeerReached', (...args) => handlers.onPeerReached(...args)),
    onPeerDisconnected: guarded('onPeerDisconnected', (...args) => handlers.onPeerDisconnected(...args)),
    onExtRequest: (...args) => handlers.onExtRequest(...args),
    ownStatus: () => handlers.ownStatus(),
  }
}
