import { readFile } from 'node:fs/promises'
import { ConfigError, errorMessage } from '@montana/foundation'
import { z } from 'zod'

/** One test result, as `npm test -- --evidence FILE` lists them: decisions, "Faults and drills". */
export const testResultSchema = z.object({
  /** Test file, relative to the repository. */
  suite: z.string(),
  case: z.string(),
  commit: z.string().nullable(),
  result: z.enum(['passed', 'failed', 'skipped']),
})

export type TestResult = z.infer<typeof testResultSchema>

/** Throws {@link ConfigError} that names the file and the field. */
export async function loadEvidence(file: string): Promise<TestResult[]> {
  const parsed = z.array(testResultSchema).safeParse(await readJson(file))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw wrong(file, `${issue?.path.join('.') || 'content'}: ${issue?.message}`)
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw wrong(file, `cannot be read: ${errorMessage(error).split('\n')[0]}`)
  }
}

function wrong(file: string, fault: string): ConfigError {
  const remedy = 'write it anew with `npm test -- --evidence FILE`'
  return new ConfigError(`evidence file ${file} ${fault}`, { field: 'evidence', remedy })
}
