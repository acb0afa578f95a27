import { sha256 } from '@montana/codec'
import { errorMessage, toHex } from '@montana/foundation'
import { openBackends } from './backends.js'
import { loadVectorFile, type VectorFile } from './load.js'
import { type FileReport, type Report, reportAll, reportFile, unusableFile } from './report.js'
import { type Run, runVectors } from './run-vectors.js'
import { runWycheproof } from './wycheproof/run.js'

/** Runs every case of the files on every backend. */
export async function runFiles(paths: readonly string[]): Promise<Report> {
  const files = paths.map((path) => ({ path, content: load(path) }))
  const backends = await openBackends()
  try {
    const run = { backends, publicKeys: collectPublicKeys(files.map(({ content }) => content)) }
    const reports: FileReport[] = []
    for (const { path, content } of files) reports.push(await runFile(path, content, run))
    return reportAll(reports)
  } finally {
    await backends.close()
  }
}

function load(path: string): VectorFile | string {
  try {
    return loadVectorFile(path)
  } catch (error) {
    return errorMessage(error)
  }
}

async function runFile(path: string, content: VectorFile | string, run: Run): Promise<FileReport> {
  if (typeof content === 'string') return unusableFile(path, content)
  const results =
    content.shape === 'vectors'
      ? await runVectors(path, content.cases, run)
      : await runWycheproof(path, content.content, run)
  return reportFile(path, results)
}

/** A peer's vector may give only the digest of a key that stands in full in another case. */
function collectPublicKeys(files: ReadonlyArray<VectorFile | string>): Map<string, Uint8Array> {
  const keys = new Map<string, Uint8Array>()
  const visit = (value: unknown) => {
    if (typeof value === 'string' && /^[0-9a-f]{3904}$/.test(value)) {
      const key = new Uint8Array(Buffer.from(value, 'hex'))
      keys.set(toHex(sha256(key)), key)
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit)
  }
  for (const file of files) {
    if (typeof file !== 'string' && file.shape === 'vectors') for (const { input } of file.cases) visit(input)
  }
  return keys
}
