import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SourcePatch } from '@montana/simulation'
import { z } from 'zod'
import { ROOT } from '../register/load.js'

const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
const CONFIG = join(ROOT, 'test', 'record', 'refind.config.mjs')

/** What the cases of a name came to; a file that could not be loaded has none of either. */
export interface CaseCounts {
  readonly passed: number
  readonly failed: number
  /** First line of each failure. */
  readonly whys: readonly string[]
}

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      assertionResults: z.array(
        z.object({ title: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
})

/** Runs the cases of one file whose name contains `name`, one or those of one table, over the product with `patches`, in a process of its own. */
export async function runCases(
  test: { readonly file: string; readonly name: string },
  patches: readonly SourcePatch[],
  signal?: AbortSignal,
): Promise<CaseCounts> {
  const folder = mkdtempSync(join(tmpdir(), 'montana-refind-'))
  const output = join(folder, 'report.json')
  try {
    const pattern = test.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const args = [
      VITEST,
      'run',
      '--config',
      CONFIG,
      '--reporter',
      'json',
      '--outputFile',
      output,
      '-t',
      pattern,
      test.file,
    ]
    // In the long run this process has the variable, and a short file would not be looked at.
    const isLong = test.file.endsWith('.long.test.ts')
    const env = { ...process.env, MONTANA_FORMER_CODE: JSON.stringify(patches), MONTANA_LONG: isLong ? '1' : '0' }
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: 'ignore', ...(signal && { signal }) })
    const [code, ended] = await once(child, 'exit')
    if (!existsSync(output)) throw new Error(`the run of ${test.file} left no report: it ended with ${ended ?? code}`)
    return countsOf(readFileSync(output, 'utf8'), test.name)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Vitest runs whatever has the words somewhere, also in the name of a group: those are other cases. */
function countsOf(text: string, name: string): CaseCounts {
  const all = reportSchema.parse(JSON.parse(text)).testResults.flatMap(({ assertionResults }) => assertionResults)
  const cases = all.filter(({ title }) => title.includes(name))
  const failures = cases.filter(({ status }) => status === 'failed')
  const whys = failures.map(({ failureMessages: [first = ''] }) => first.split('\n', 1)[0] ?? '')
  return { passed: cases.filter(({ status }) => status === 'passed').length, failed: failures.length, whys }
}
