import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '@montana/foundation'
import type { Tips } from '../contracts/push.js'
import { selectRefs } from '../decide/refs.js'
import { gitBytes, gitText, type SourceCall } from '../push/git.js'
import { localTips } from '../push/source.js'

export interface HistoryInit {
  readonly patterns: readonly string[]
  readonly paths: readonly string[]
  /** By ref: what the target has already, and what nobody can take back from it. */
  readonly pushed: Tips
  /** Tokens and keys that are in use today. */
  readonly secrets: readonly string[]
}

interface KeptFile {
  readonly commit: string
  readonly path: string
  readonly blob: string
}

/** Of one file; larger ones hold no token. */
const FILE_BYTES_MAX = 2 ** 20
const SHORT = 12
/** Shorter texts stand in files by chance. */
const SECRET_CHARS_MIN = 12

/**
 * Refuses commits which the target lacks and which hold a secret of today, though the tips are clean: taking a file out
 * leaves it in the history. Throws ConfigError (78). Contacts nobody. Spec repository-mirror 1.6.
 */
export async function refuseExposedHistory(call: SourceCall, init: HistoryInit): Promise<void> {
  const tips = selectRefs(await localTips(call), init.patterns)
  const isNew = [...tips].some(([ref, tip]) => init.pushed.get(ref) !== tip)
  if (init.paths.length === 0 || !isNew) return
  const secrets = [...init.secrets, ...(await contentsOf(call, init.paths))].filter(isTelling)
  for (const kept of await keptFiles(call, tips, init)) {
    const text = await gitBytes({ ...call, outputMaxBytes: FILE_BYTES_MAX }, ['cat-file', 'blob', kept.blob])
    if (secrets.some((secret) => text.includes(secret))) throw exposed(kept)
  }
}

function isTelling(secret: string): boolean {
  return secret.length >= SECRET_CHARS_MIN
}

/** Of the files that are there now: keys are secrets as a whole. */
async function contentsOf({ folder }: SourceCall, paths: readonly string[]): Promise<string[]> {
  const all = await Promise.all(paths.map((path) => readFile(join(folder, path), 'utf8').catch(() => '')))
  return all.map((text) => text.trim())
}

/** What commits that are not on the target have added or changed at these paths, each content once. */
async function keptFiles(call: SourceCall, tips: Tips, { paths, pushed }: HistoryInit): Promise<KeptFile[]> {
  const revisions = [...new Set(tips.values()), ...(await known(call, pushed)).map((tip) => `^${tip}`)]
  const format = ['--format=%x00%H', '--raw', '--no-abbrev', '-z', '--full-history', '-c', '--diff-filter=AMT']
  const literal = paths.map((path) => `:(literal)${path}`)
  const input = `${revisions.join('\n')}\n`
  const text = await gitText({ ...call, input }, ['log', ...format, '--stdin', '--', ...literal])
  const files = [...new Map(parseLog(text).map((file) => [file.blob, file])).values()]
  const sizes = await sizesOf(call, files)
  return files.filter((_, at) => (sizes[at] ?? Number.POSITIVE_INFINITY) <= FILE_BYTES_MAX)
}

/** Tips that the source has lost are no part of any history that it would push. */
async function known(call: SourceCall, pushed: Tips): Promise<string[]> {
  const tips = [...new Set(pushed.values())]
  if (tips.length === 0) return []
  const input = tips.map((tip) => `${tip}\n`).join('')
  const rows = (await gitText({ ...call, input }, ['cat-file', '--batch-check=%(objecttype)'])).split('\n')
  return tips.filter((_, at) => /^(?:commit|tag)$/.test(rows[at] ?? ''))
}

async function sizesOf(call: SourceCall, files: readonly KeptFile[]): Promise<number[]> {
  if (files.length === 0) return []
  const input = files.map(({ blob }) => `${blob}\n`).join('')
  const rows = (await gitText({ ...call, input }, ['cat-file', '--batch-check=%(objectsize)'])).split('\n')
  return rows.map(Number)
}

/** Commits begin with a NUL of the format; `:modes blobs status NUL path NUL` follow each. */
function parseLog(text: string): KeptFile[] {
  const files: KeptFile[] = []
  let commit = ''
  let blob: string | null = null
  for (const word of text.split(/[\0\n]/)) {
    if (blob !== null) {
      files.push({ commit, path: word, blob })
      blob = null
    } else if (word.startsWith(':')) blob = newBlob(word)
    else if (word !== '') commit = word
  }
  return files
}

/** `:100644 100644 <old> <new> M`; of a merge one mode and one old per parent. */
function newBlob(raw: string): string | null {
  return raw.split(' ').at(-2) ?? null
}

function exposed({ commit, path }: KeptFile): ConfigError {
  return new ConfigError(`${commit.slice(0, SHORT)} holds ${path} with what is in use today: it is not mirrored`, {
    field: path,
    remedy:
      'renew its credentials, or take the file out of the commits that no target has yet (git rebase, git commit --amend)',
  })
}
