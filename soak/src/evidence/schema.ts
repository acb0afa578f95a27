import { z } from 'zod'

/** One test case and how it ended; fields of a later version are ignored. */
const testResultSchema = z.object({
  /** Path of the test file, relative to the repository. */
  suite: z.string().min(1),
  /** Full name of the case. */
  case: z.string().min(1),
  /** Revision of the sources; `-dirty` behind it where they were changed. */
  commit: z.string().min(1),
  result: z.enum(['passed', 'failed', 'skipped']),
})

/** What `npm test -- --evidence FILE` writes: decisions, "Faults and drills". */
export const evidenceSchema = z.array(testResultSchema)

export type TestResult = z.infer<typeof testResultSchema>
export type Evidence = readonly TestResult[]

/** How a report names a test: spec operations 7.3. */
export function evidenceId({ suite, case: name, commit }: TestResult): string {
  return `test:${suite}#${name}@${commit}`
}
