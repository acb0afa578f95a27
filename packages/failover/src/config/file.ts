import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { errorCode, errorMessage } from '@montana/foundation'
import { parseDocument } from 'yaml'
import { CONFIG_BYTES_MAX, YAML_ALIASES_MAX } from './constants.js'
import { type ConfigProblem, configError } from './problem.js'
import { isMap } from './readers.js'

export interface ConfigFile {
  readonly raw: Readonly<Record<string, unknown>>
  /** SHA-256 of the bytes, lower hex. */
  readonly digest: string
}

/** Reads one YAML or JSON file of at most 64 KiB. Throws ConfigError (78) for what is no map of settings. */
export async function readConfigFile(file: string): Promise<ConfigFile> {
  const bytes = await readBounded(file)
  return { raw: parseConfig(file, bytes), digest: createHash('sha256').update(bytes).digest('hex') }
}

/** Never more than the limit, whatever the path leads to. */
async function readBounded(file: string): Promise<Buffer> {
  const buffer = Buffer.alloc(CONFIG_BYTES_MAX + 1)
  const length = await readInto(file, buffer).catch((error: unknown) => {
    throw invalid(file, `cannot be read (${errorCode(error)})`, 'name a file that exists and that you may read')
  })
  if (length > CONFIG_BYTES_MAX)
    throw invalid(file, `is larger than ${CONFIG_BYTES_MAX} bytes`, 'name the file of a group')
  return buffer.subarray(0, length)
}

async function readInto(file: string, buffer: Buffer): Promise<number> {
  const handle = await open(file, 'r')
  try {
    let length = 0
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return length
  } finally {
    await handle.close()
  }
}

function parseConfig(file: string, bytes: Buffer): ConfigFile['raw'] {
  const content = parseYaml(file, bytes)
  if (isMap(content)) return content
  throw invalid(file, 'is not a map of settings', 'begin with group, domain and hosts')
}

function parseYaml(file: string, bytes: Buffer): unknown {
  const remedy = 'correct the YAML'
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const document = parseDocument(text)
    const [first] = [...document.errors, ...document.warnings]
    if (first === undefined) return document.toJS({ maxAliasCount: YAML_ALIASES_MAX })
    throw first
  } catch (error) {
    throw invalid(file, `is not YAML: ${errorMessage(error).split('\n')[0]?.replace(/:$/, '')}`, remedy)
  }
}

function invalid(file: string, reason: string, remedy: string) {
  const problem: ConfigProblem = { code: 'CONFIG_INVALID', field: 'config', message: `the file ${reason}`, remedy }
  return configError(file, [problem])
}
