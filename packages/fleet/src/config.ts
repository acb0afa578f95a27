import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ConfigError, errorMessage } from '@montana/foundation'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { networkField } from './fields.js'
import { firstIssue } from './issues.js'
import { DEFAULT_FLEET_STATE, DEFAULT_OPERATORS } from './paths.js'

const MAX_SOURCES = 16

const path = z.string().min(1)

const fleetForm = z.strictObject({
  /** Compared with that of operators.json. */
  network: networkField.optional(),
  operators: path.default(DEFAULT_OPERATORS),
  state: path.default(DEFAULT_FLEET_STATE),
  genesis: path.optional(),
  sources: z.array(z.string().min(1)).max(MAX_SOURCES).default([]),
  /** Read by the VPN commands. */
  vpn: z.unknown().optional(),
})

/** `/etc/montana/fleet.yaml`; paths are absolute. */
export type FleetConfig = z.infer<typeof fleetForm>

/** YAML or JSON; paths in it are relative to its folder. Throws ConfigError FLEET_CONFIG (78) that names the key. */
export async function readFleetConfig(file: string): Promise<FleetConfig> {
  const parsed = fleetForm.safeParse((await parseFile(file)) ?? {})
  if (!parsed.success) {
    const { field, text } = firstIssue(parsed.error)
    throw invalid(file, text, field)
  }
  const { operators, state, genesis, sources, ...rest } = parsed.data
  const at = (name: string) => resolve(dirname(file), name)
  return {
    ...rest,
    operators: at(operators),
    state: at(state),
    sources: sources.map((source) => (/^\.{1,2}\//.test(source) ? at(source) : source)),
    ...(genesis !== undefined && { genesis: at(genesis) }),
  }
}

async function parseFile(file: string): Promise<unknown> {
  try {
    return parseYaml(await readFile(file, 'utf8'))
  } catch (cause) {
    throw invalid(file, errorMessage(cause).split('\n')[0] ?? '', 'config')
  }
}

function invalid(file: string, what: string, field: string): ConfigError {
  const remedy = 'correct the file, or name another with --config; deploy/fleet.example.yaml shows all keys'
  return new ConfigError(`${file}: ${what}`, { code: 'FLEET_CONFIG', field, remedy })
}
