import type { ComponentLogger, Logger } from '@libp2p/interface'

const silentLog: Logger = Object.assign(() => {}, {
  error: () => {},
  trace: () => {},
  enabled: false,
  newScope: (): Logger => silentLog,
})

/** js-libp2p traces every frame; formatting that costs more than the frame. What matters is logged by the mesh. */
export const silentComponentLogger: ComponentLogger = { forComponent: () => silentLog }
