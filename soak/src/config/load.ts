import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ConfigError, errorMessage } from '@montana/foundation'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { DEFAULT_SOAK_PATH } from '../constants.js'
import { checkOptions, type PollerOptions } from '../options.js'
import type { NodeSource } from '../probe/locate.js'
import type { SshTarget } from '../probe/ssh/target.js'
import { type RunSettings, runSettingsShape } from '../run/settings.js'
import { DURATION_FORMS, parseDuration } from './duration.js'

const sshSchema = z.strictObject({
  host: z.string(),
  port: z.number().optional(),
  user: z.string(),
  key_file: z.string(),
  known_hosts: z.string(),
})

const nodeSchema = z
  .strictObject({
    label: z.string(),
    host: z.string().optional(),
    via: z.enum(['http', 'ssh'], { error: "must be 'http' or 'ssh'" }).optional(),
    status_url: z.string().optional(),
    data_dir: z.string().optional(),
    ssh: sshSchema.optional(),
  })
  .refine((node) => node.via === 'ssh' || isLocal(node), {
    error: 'needs either status_url or data_dir, or via: ssh with ssh',
  })
  .refine((node) => node.via !== 'ssh' || isRemote(node), { error: 'needs ssh, and neither status_url nor data_dir' })

interface Places {
  readonly status_url?: string | undefined
  readonly data_dir?: string | undefined
  readonly ssh?: unknown
}

function isLocal({ status_url, data_dir, ssh }: Places): boolean {
  return ssh === undefined && (status_url === undefined) !== (data_dir === undefined)
}

function isRemote({ status_url, data_dir, ssh }: Places): boolean {
  return ssh !== undefined && status_url === undefined && data_dir === undefined
}

/** The configuration file of the watchdog, YAML or JSON: spec operations 3.1. */
const configSchema = z.strictObject({
  nodes: z.array(nodeSchema),
  interval: z
    .string()
    .refine((text) => parseDuration(text) !== undefined, { error: `must be ${DURATION_FORMS}` })
    .optional(),
  deadline_ms: z.number().optional(),
  path: z.string().min(1).optional(),
  retention_days: z.number().optional(),
  spool_dir: z.string().min(1).optional(),
  run_id: z.string().min(1).optional(),
  host: z.string().optional(),
  ...runSettingsShape,
})

/** Reads and checks a configuration file; relative paths in it start at its folder. Throws {@link ConfigError}. */
export async function loadSoakConfig(file: string): Promise<PollerOptions> {
  const content = await readContent(file)
  const parsed = configSchema.safeParse(content)
  if (!parsed.success) throw toConfigError(file, content, parsed.error)
  const options = toOptions(parsed.data, dirname(resolve(file)))
  checkOptions(options)
  return options
}

function toOptions(config: z.infer<typeof configSchema>, folder: string): PollerOptions {
  return {
    nodes: config.nodes.map((node) => toSource(node, folder)),
    path: config.path === undefined ? DEFAULT_SOAK_PATH : resolve(folder, config.path),
    retentionDays: config.retention_days,
    spoolDir: config.spool_dir === undefined ? undefined : resolve(folder, config.spool_dir),
    runId: config.run_id,
    intervalMs: config.interval === undefined ? undefined : parseDuration(config.interval),
    deadlineMs: config.deadline_ms,
    host: config.host,
    run: toRunSettings(config, folder),
  }
}

function toRunSettings(config: z.infer<typeof configSchema>, folder: string): RunSettings {
  const { time_scale, pq_only, collector_node, thresholds, claims, drills } = config
  const file = thresholds === undefined ? undefined : resolve(folder, thresholds)
  return { time_scale, pq_only, collector_node, thresholds: file, claims, drills }
}

type NodeConfig = z.infer<typeof nodeSchema>

function toSource({ label, host, ...node }: NodeConfig, folder: string): NodeSource {
  return { label, ...(host !== undefined && { host }), ...toPlace(node, folder) }
}

function toPlace({ status_url, data_dir, ssh }: Omit<NodeConfig, 'label' | 'host'>, folder: string) {
  if (ssh) return { ssh: toTarget(ssh, folder) }
  return status_url === undefined ? { dataDir: resolve(folder, data_dir ?? '') } : { statusUrl: status_url }
}

function toTarget({ key_file, known_hosts, ...ssh }: z.infer<typeof sshSchema>, folder: string): SshTarget {
  return { ...ssh, keyFile: resolve(folder, key_file), knownHosts: resolve(folder, known_hosts) }
}

async function readContent(file: string): Promise<unknown> {
  try {
    return parseYaml(await readFile(file, 'utf8'))
  } catch (error) {
    throw new ConfigError(`cannot read configuration ${file}: ${errorMessage(error).split('\n')[0]}`, {
      field: 'config',
      remedy: 'correct the file, or name another with --config',
    })
  }
}

function toConfigError(file: string, content: unknown, error: z.ZodError): ConfigError {
  const issue = error.issues[0]
  const path = (issue?.path ?? []).map(String)
  if (issue?.code === 'unrecognized_keys') {
    const field = [...path, issue.keys[0] ?? ''].join('.')
    return new ConfigError(`${file}: key '${field}' is not a setting`, {
      field,
      remedy: 'remove it, or correct its name',
    })
  }
  const field = path.join('.') || 'config'
  const value = JSON.stringify(valueAt(content, path)) ?? 'nothing'
  return new ConfigError(`${file}: ${field} ${value}: ${issue?.message}`, {
    field,
    remedy: `correct ${field} in the file`,
  })
}

function valueAt(content: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], content)
}
