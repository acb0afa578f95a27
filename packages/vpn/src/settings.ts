import { join, resolve } from 'node:path'
import { ConfigError } from '@montana/foundation'
import { z } from 'zod'
import { DEFAULT_INTERFACE, DEFAULT_PORT, MAX_HOLD_MS } from './constants.js'

const MAX_SOURCES = 16
const MAX_PORT = 65_535

/** What Linux takes for the name of an interface, without what would be a path or an option. */
const interfaceField = z.string().regex(/^[A-Za-z0-9_=+.][A-Za-z0-9_=+.-]{0,14}$/, 'is not the name of an interface')

/** The part `vpn` of fleet.yaml. */
const vpnForm = z.strictObject({
  /** Of this host in the roster. */
  label: z.string().min(1),
  interface: interfaceField.optional(),
  port: z.int().min(1).max(MAX_PORT).optional(),
  privateKey: z.string().min(1).optional(),
  /** Where rosters are published; at least two. */
  sources: z.array(z.string().min(1)).max(MAX_SOURCES).default([]),
})

/** What the job is told; relative paths are relative to the configuration's folder. */
export type VpnConfig = z.input<typeof vpnForm>

export interface VpnSettings {
  readonly label: string
  /** Folder of the fleet's state. */
  readonly stateDir: string
  readonly interface: string
  readonly port: number
  readonly privateKey: string
  readonly sources: readonly string[]
  /** The program `wg`, and what stands before its arguments. */
  readonly wg: readonly string[]
  /** How long a change by validity is waited for; 0: not at all. */
  readonly holdMs: number
  /** For files with secrets while a run lasts. */
  readonly workDir: string
  /** Of {@link VpnState}. */
  readonly statePath: string
}

/** With the defaults filled in. `folder`: of the configuration. Throws ConfigError VPN_CONFIG (78) that names the key. */
export function vpnSettings(config: unknown, stateDir: string, folder = '.'): VpnSettings {
  const parsed = vpnForm.safeParse(config ?? {})
  if (!parsed.success) throw invalid(parsed.error)
  const { label, privateKey, sources, port = DEFAULT_PORT, interface: name = DEFAULT_INTERFACE } = parsed.data
  return {
    ...{ label, stateDir, port, interface: name },
    privateKey: privateKey === undefined ? join(stateDir, 'vpn', 'private.key') : resolve(folder, privateKey),
    sources: sources.map((source) => (/^\.{1,2}\//.test(source) ? resolve(folder, source) : source)),
    ...{ wg: ['wg'], holdMs: MAX_HOLD_MS },
    workDir: join(stateDir, 'vpn', 'work'),
    statePath: join(stateDir, 'vpn.json'),
  }
}

function invalid({ issues: [issue] }: z.ZodError): ConfigError {
  const keys = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  const field = ['vpn', ...(issue?.path ?? []), ...keys].join('.')
  const remedy = 'correct it in fleet.yaml or by its flag; deploy/fleet.example.yaml shows all keys'
  return new ConfigError(`${field}: ${issue?.message ?? 'is not of its form'}`, { code: 'VPN_CONFIG', field, remedy })
}
