import { sha256 } from '@montana/codec'
import { MLDSA_PUBLIC_KEY_BYTES } from '@montana/crypto'
import { errorMessage, fromHex, toHex } from '@montana/foundation'
import { openBackends, unavailable } from './backends.js'
import { loadVectorFile, type VectorFile } from './load.js'
import { type FileReport, type Report, reportAll, reportFile, unusableFile } from './report.js'
import { type Run, runVectors } from './run-vectors.js'
import { BACKENDS, type PeerKeys } from './types.js'
import { runWycheproof } from './wycheproof/run.js'

/** Runs every case of the files on every backend. */
export async function runFiles(paths: readonly string[]): Promise<Report> {
  const files = paths.map((path) => ({ path, content: load(path) }))
  const backends = await openBackends()
  try {
    const run = { backends, knownPeers: collectPeers(files.map(({ content }) => content)) }
    const reports: FileReport[] = []
    for (const { path, content } of files) reports.push(await runFile(path, content, run))
    const missing = BACKENDS.map((backend) => ({ backend, reason: unavailable(backends, backend) ?? '' }))
    return reportAll(
      reports,
      missing.filter(({ reason }) => reason !== ''),
    )
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
function collectPeers(files: ReadonlyArray<VectorFile | string>): Map<string, PeerKeys> {
  const peers = new Map<string, PeerKeys>()
  for (const file of files) {
    if (typeof file === 'string' || file.shape !== 'vectors') continue
    for (const { input } of file.cases) addPeer(peers, (input ?? {}) as Record<string, unknown>)
  }
  return peers
}

function addPeer(peers: Map<string, PeerKeys>, input: Record<string, unknown>): void {
  const node = publicKey(input.node_pubkey_hex)
  if (node) peers.set(toHex(sha256(node)), { node, account: publicKey(input.account_pubkey_hex) })
}

function publicKey(value: unknown): Uint8Array | undefined {
  return typeof value === 'string' ? fromHex(value, MLDSA_PUBLIC_KEY_BYTES) : undefined
}
