import { readFile } from 'node:fs/promises'
import { ConfigError, errorMessage } from '@montana/foundation'
import { z } from 'zod'
import { loadRedact } from '../../digest/redact-words.js'
import { type Digest, digestSchema } from '../../digest/schema.js'
import { type Claim, claimSchema } from '../../run/schema.js'
import { type Report, reportSchema } from '../schema.js'

/**
 * Digests of hosts, one document a file. What must not be published was taken out where they were made; whoever made this
 * one may have used another program, and its lines go into a report. Throws {@link ConfigError} that names the file and
 * the field.
 */
export async function loadDigest(file: string): Promise<Digest> {
  const digest = await loadJson('digest', file, digestSchema)
  const redact = await loadRedact()
  const entries = digest.entries.map((entry) => ({
    ...entry,
    ...{ template: redact(entry.template), sample: redact(entry.sample) },
  }))
  return { ...digest, entries }
}

/** A list of claims that are judged with those of the run document. Throws {@link ConfigError}. */
export async function loadClaims(file: string): Promise<Claim[]> {
  return await loadJson('claims', file, z.array(claimSchema))
}

/** An earlier report, whose verdict is judged with the run. Throws {@link ConfigError}. */
export async function loadReport(file: string): Promise<Report> {
  return await loadJson('earlier', file, reportSchema)
}

async function loadJson<T>(field: string, file: string, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await readJson(field, file))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const place = issue?.path.join('.') || 'content'
  throw new ConfigError(`${field} file ${file}: ${place}: ${issue?.message}`, {
    field,
    remedy: `correct ${place} in the file`,
  })
}

async function readJson(field: string, file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new ConfigError(`${field} file ${file} cannot be read: ${errorMessage(error).split('\n')[0]}`, {
      field,
      remedy: `name a JSON file with --${field}`,
    })
  }
}
