import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '@montana/foundation'
import { onTestFinished } from 'vitest'
import { type ConfigProblem, type LoadedConfig, type LoadOptions, loadGroupConfig } from '../../src/index.js'

export const HOSTS = {
  amsterdam: { address: '192.0.2.10' },
  moscow: { address: '192.0.2.20' },
  almaty: { address: '192.0.2.30' },
  spb: { address: '192.0.2.40' },
  novosibirsk: { address: '192.0.2.50' },
}

export const WITNESSES = [1, 2, 3].map((n) => ({ kind: 'http', url: `https://w${n}.example` }))

export const BOT = {
  policy: 'serve',
  run: { unit: 'example-bot.service' },
  health: { kind: 'http', url: 'http://127.0.0.1:9000/health' },
}

type Settings = Readonly<Record<string, unknown>>

/** The group of the seeds; a setting of undefined is left out. */
export function group(settings: Settings = {}): Settings {
  const base = {
    group: 'montana-5',
    domain: 'montana.network',
    preset: 'three-mirror',
    hosts: HOSTS,
    witnesses: WITNESSES,
  }
  return { ...base, ...settings }
}

/** Writes a file of these bytes into a folder of its own that ends with the test. */
export function file(content: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'group-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'failover.yaml')
  writeFileSync(path, content)
  return path
}

export async function load(settings: Settings = group(), options: LoadOptions = {}): Promise<LoadedConfig> {
  return await loadGroupConfig(file(JSON.stringify(settings)), options)
}

/** The error of a refused file; throws where it is accepted. */
export async function refusal(path: string, options: LoadOptions = {}): Promise<ConfigError> {
  const error: unknown = await loadGroupConfig(path, options).then(
    () => new Error('accepted'),
    (refused: unknown) => refused,
  )
  if (error instanceof ConfigError) return error
  throw error
}

export function problemsOf(error: ConfigError): readonly ConfigProblem[] {
  return error.metadata.problems as readonly ConfigProblem[]
}

export async function problems(settings: Settings, options: LoadOptions = {}): Promise<readonly ConfigProblem[]> {
  return problemsOf(await refusal(file(JSON.stringify(settings)), options))
}
