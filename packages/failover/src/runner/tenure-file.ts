import type { ServiceConfig } from '../config/types.js'
import { montanaEnvironment, type TenureFacts } from './environment.js'

/** C0, DEL and C1: no line of the file may end early. */
const CONTROLS = /\p{Cc}/gu
/** What has a meaning between double quotes, to systemd's `EnvironmentFile=` and to a shell alike. */
const SPECIAL = /["\\`$]/g

/** The environment of spec three-mirror 2 as the file that a unit names in `EnvironmentFile=`. */
export function tenureText(facts: TenureFacts, service: ServiceConfig): string {
  const lines = Object.entries(montanaEnvironment(facts, service)).map(([name, value]) => `${name}=${quoted(value)}\n`)
  return lines.join('')
}

function quoted(value: string): string {
  return `"${value.replace(CONTROLS, ' ').replace(SPECIAL, '\\$&')}"`
}
