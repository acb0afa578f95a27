import { readFile } from 'node:fs/promises'
import { ConfigError, errorCode } from '@montana/foundation'
import { type Evidence, evidenceSchema } from './schema.js'

/** Reads a file of test results. Throws {@link ConfigError} where it is missing or something else. */
export async function loadEvidence(file: string): Promise<Evidence> {
  const parsed = evidenceSchema.safeParse(parse(await read(file)))
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]?.path.join('.') || 'its form'
  throw wrong(`evidence ${file} is not a list of test results: ${where}`)
}

async function read(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: unknown) => {
    throw wrong(`evidence ${file} cannot be read: ${errorCode(error)}`)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function wrong(message: string): ConfigError {
  return new ConfigError(message, { field: 'evidence', remedy: 'make the file with: npm test -- --evidence FILE' })
}
