import { readFile } from 'node:fs/promises'
import { DEFAULT_STATUS_PORT } from '@montana/node/settings'
import {
  type Examination,
  examine,
  type Inputs,
  installedConfig,
  isNodeRunning,
  PATHS,
  parseAddress,
  within,
} from '@montana/operator'
import type { ServiceControl } from '@montana/release'

export interface ExamineInit {
  readonly root: string
  readonly services: ServiceControl
  readonly listen?: string
  readonly isAdopting: boolean
  readonly inputs: Inputs | null
  readonly signal: AbortSignal
}

/** The doctor of this host, as far as it is configured. */
export async function examineHost(init: ExamineInit): Promise<Examination> {
  const { root, services, inputs, isAdopting, signal } = init
  const listen = init.listen ?? (await installedConfig(root)).listen
  const wanted = {
    ...{ root, inputs, isAdopting },
    needsSystemd: services.kind === 'systemd',
    wantsVpn: await wantsVpn(root),
    listen: listen === undefined ? null : parseAddress(listen),
    status: { host: '127.0.0.1', port: DEFAULT_STATUS_PORT },
    isRunning: await isNodeRunning(root),
  }
  return await examine(wanted, signal)
}

async function wantsVpn(root: string): Promise<boolean> {
  const text = await readFile(within(root, PATHS.fleetConfig), 'utf8').catch(() => '')
  return /^vpn:/m.test(text)
}
