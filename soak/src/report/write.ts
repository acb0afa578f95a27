import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { ConfigError, errorCode, makeDirectory, writeFileDurably } from '@montana/foundation'
import { renderHtml } from '../render/html/render.js'
import { renderMarkdown } from '../render/markdown/render.js'
import type { Report } from './schema.js'

export interface WrittenFile {
  readonly file: string
  /** Lower hex. */
  readonly sha256: string
}

/**
 * `report.json`, from it `report.md` and `report.html`, and `SHA256SUMS` over the three; each replaced in one step. Throws
 * {@link ConfigError} for a directory that cannot be written.
 */
export async function writeReport(dir: string, report: Report): Promise<WrittenFile[]> {
  try {
    await makeDirectory(dir)
    const json = await writeOne(dir, 'report.json', `${JSON.stringify(report, null, 2)}\n`)
    const markdown = await writeOne(dir, 'report.md', renderMarkdown(report, { outputs: [json] }))
    const html = await writeOne(dir, 'report.html', renderHtml(report, { outputs: [json, markdown] }))
    const written = [json, markdown, html]
    await writeFileDurably(join(dir, 'SHA256SUMS'), written.map(({ file, sha256 }) => `${sha256}  ${file}\n`).join(''))
    return written
  } catch (error) {
    throw new ConfigError(`report directory ${dir} cannot be written: ${errorCode(error)}`, {
      field: 'out',
      remedy: 'name a directory that you may write with --out',
      cause: error,
    })
  }
}

async function writeOne(dir: string, file: string, content: string): Promise<WrittenFile> {
  await writeFileDurably(join(dir, file), content)
  return { file, sha256: createHash('sha256').update(content).digest('hex') }
}
