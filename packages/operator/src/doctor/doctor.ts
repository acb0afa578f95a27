import type { Inputs } from '../inputs.js'
import type { Check } from './check.js'
import { type ClockFacts, gatherClock, judgeClock } from './clock.js'
import { gatherDisk, judgeDisk } from './disk.js'
import { judgeManifest } from './documents.js'
import { gatherFolders, judgeFolders } from './folders.js'
import { gatherForeign, judgeForeign } from './foreign.js'
import { gatherHost, judgeHost } from './host.js'
import { gatherPort, judgePort } from './ports.js'
import { gatherTime, judgeTime } from './time.js'
import { checkTunnel } from './tunnel.js'

export interface Address {
  readonly host: string
  readonly port: number
}

export interface DoctorInit {
  readonly root: string
  readonly needsSystemd: boolean
  readonly isAdopting: boolean
  readonly wantsVpn: boolean
  /** Null: not known. */
  readonly listen: Address | null
  readonly status: Address
  /** Whether the ports are held by the node that this is about. */
  readonly isRunning: boolean
  /** Null: this host is in no mesh yet. */
  readonly inputs: Inputs | null
}

export interface Examination {
  readonly checks: readonly Check[]
  readonly clock: ClockFacts
}

/** Every check of spec operations 9.5, in the order in which they are read. Changes nothing. */
export async function examine(init: DoctorInit, signal: AbortSignal): Promise<Examination> {
  const { root, inputs, isRunning, listen, status } = init
  const clock = await gatherClock(inputs?.genesis.params.d0 ?? null)
  const ports = [...(listen ? [{ what: 'p2p', ...listen }] : []), { what: 'status', ...status }]
  const checks = [
    ...judgeHost(await gatherHost(root, init.needsSystemd, signal)),
    ...judgeDisk(await gatherDisk(root)),
    judgeTime(await gatherTime(signal)),
    ...(await Promise.all(ports.map((port) => gatherPort(port.what, port.host, port.port, isRunning)))).map(judgePort),
    ...judgeFolders(await gatherFolders(root, signal)),
    ...judgeClock(clock),
    ...(inputs ? [judgeManifest(inputs.manifest, Date.now())] : []),
    judgeForeign(await gatherForeign(root, init.isAdopting)),
    ...(init.wantsVpn ? await checkTunnel(signal) : []),
  ]
  return { checks, clock }
}
