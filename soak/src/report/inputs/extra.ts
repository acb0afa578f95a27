import { z } from 'zod'
import { loadRedact } from '../../digest/redact-words.js'
import { type Digest, digestSchema } from '../../digest/schema.js'
import { loadJson } from '../../files/load-json.js'
import { type Claim, claimSchema } from '../../run/schema.js'
import { type Report, reportSchema } from '../schema.js'

/**
 * Digests of hosts, one document a file. What must not be published was taken out where they were made; whoever made this
 * one may have used another program, and its lines go into a report. Throws ConfigError that names the file and
 * the field.
 */
export async function loadDigest(file: string): Promise<Digest> {
  const digest = await load('digest', file, digestSchema)
  const redact = await loadRedact()
  const entries = digest.entries.map((entry) => ({
    ...entry,
    ...{ template: redact(entry.template), sample: redact(entry.sample) },
  }))
  return { ...digest, entries }
}

/** A list of claims that are judged with those of the run document. Throws ConfigError. */
export async function loadClaims(file: string): Promise<Claim[]> {
  return await load('claims', file, z.array(claimSchema))
}

/** An earlier report, whose verdict is judged with the run. Throws ConfigError. */
export async function loadReport(file: string): Promise<Report> {
  return await load('earlier', file, reportSchema)
}

async function load<T>(field: string, file: string, schema: z.ZodType<T>): Promise<T> {
  return (await loadJson({ file, field, schema, remedy: `correct the file, or name another with --${field}` })).value
}
