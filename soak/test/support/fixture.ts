import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type SoakRecord, soakRecordSchema } from '../../src/index.js'
import { NodeServer } from './node-server.js'
import { type StatusInit, statusDocument } from './status.js'

/** Goes away with the test. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Stops with the test. */
export function tracked(server: NodeServer): NodeServer {
  onTestFinished(() => server.stop())
  return server
}

/** A node that answers with the given document, its sample taken at each request. */
export async function servedNode(label: string, init: StatusInit = {}): Promise<{ label: string; statusUrl: string }> {
  const server = tracked(await NodeServer.serving(() => statusDocument({ label, ...init })))
  return { label, statusUrl: server.url }
}

/** All records of a file; throws where a line is not one, or where the file does not end with LF. */
export function readRecords(path: string): SoakRecord[] {
  const text = readFileSync(path, 'utf8')
  if (!text.endsWith('\n')) throw new Error('no LF at the end')
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => soakRecordSchema.parse(JSON.parse(line)))
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Checks sequence and chain from the first line on, and that the head names the last. */
export function checkChain(path: string): { records: number; headLag: number } {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  const hashes = ['0'.repeat(64), ...lines.map(sha256)]
  for (const [seq, line] of lines.entries()) {
    const record = JSON.parse(line) as SoakRecord
    if (record.seq !== seq) throw new Error(`line ${seq} has seq ${record.seq}`)
    if (record.prev !== hashes[seq]) throw new Error(`chain breaks at seq ${seq}`)
  }
  const head = JSON.parse(readFileSync(path.replace(/\.jsonl$/, '.head.json'), 'utf8')) as {
    seq: number
    sha256: string
  }
  if (head.sha256 !== hashes[head.seq + 1]) throw new Error('the head names another line')
  return { records: lines.length, headLag: lines.length - 1 - head.seq }
}

export function filesIn(folder: string): string[] {
  return readdirSync(folder).sort()
}
