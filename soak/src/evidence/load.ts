import { loadJson } from '../files/load-json.js'
import { type Evidence, evidenceSchema } from './schema.js'

/** Reads a file of test results. Throws ConfigError where it is missing or something else. */
export async function loadEvidence(file: string): Promise<Evidence> {
  const remedy = 'make the file with: npm test -- --evidence FILE'
  return (await loadJson({ file, field: 'evidence', schema: evidenceSchema, remedy })).value
}
