import { MirrorError } from '../contracts/errors.js'
import { BATCH_BYTES } from '../decide/refs.js'
import { atTarget, gitBytes, gitText, type SourceCall, type TargetCall, tryGit } from './git.js'
import { isLfsAttributes, parseBlobs, pointerOf } from './lfs-pointer.js'
import { objectTypes } from './relations.js'
import { failureOf } from './remote-words.js'

/** A pointer is smaller: spec of git-lfs, version 1. */
const POINTER_MAX = '1k'
/** At 1 KiB each, 8 MiB of output. */
const BLOBS_OF_ONE_COMMAND = 8_000
/** 64 digits and the byte that ends them. */
const ID_BYTES = 65
const SMALL_BLOBS = [
  '--objects',
  '--filter-provided-objects',
  '--filter=object:type=blob',
  `--filter=blob:limit=${POINTER_MAX}`,
]

/**
 * Uploads the LFS objects of what will be pushed, before any ref names them. Nothing to do without pointers, or where no
 * attribute of the tree makes them any. Throws LFS_TOOL_MISSING, SOURCE_PARTIAL. Spec repository-mirror 7.2.
 */
export async function uploadLfs(call: TargetCall, tips: readonly string[], onTarget: Iterable<string>): Promise<void> {
  const pointers = await newPointers(call, tips, onTarget)
  if (pointers.length === 0) return
  if ((await tryGit(call, ['lfs', 'version'])) === null) throw toolMissing(pointers.length)
  const size = Math.floor(BATCH_BYTES / ID_BYTES)
  for (let from = 0; from < pointers.length; from += size) await upload(call, pointers.slice(from, from + size))
}

async function upload(call: TargetCall, ids: readonly string[]): Promise<void> {
  const url = call.access.url.startsWith('/') ? `file://${encodeURI(call.access.url)}` : call.access.url
  const { code, words } = await atTarget(call, ['lfs', 'push', '--object-id', url, ...ids])
  if (code === 0) return
  if (/unable to (?:stat|find|open)|missing|does not exist/i.test(words)) throw objectsMissing()
  const failure = failureOf(words)
  throw new MirrorError(failure.code, `git lfs push failed: ${words.trim().slice(0, 500)}`, { remedy: failure.remedy })
}

/** Ids of LFS objects that the target has not been given by an earlier push. */
async function newPointers(call: SourceCall, tips: readonly string[], onTarget: Iterable<string>) {
  const known = [...(await objectTypes(call, onTarget)).keys()].map((id) => `^${id}`)
  const input = `${[...new Set(tips), ...known].join('\n')}\n`
  const text = await gitText({ ...call, input }, ['rev-list', ...SMALL_BLOBS, '--stdin'])
  const found = { pointers: new Set<string>(), usesLfs: false }
  const rows = text.split('\n').filter((line) => line !== '')
  for (let from = 0; from < rows.length; from += BLOBS_OF_ONE_COMMAND) {
    await scan(call, rows.slice(from, from + BLOBS_OF_ONE_COMMAND), found)
  }
  if (found.pointers.size === 0) return []
  return found.usesLfs || (await tipsUseLfs(call, tips)) ? [...found.pointers] : []
}

/** Rows are `<id> <path>`. */
async function scan(call: SourceCall, rows: readonly string[], found: { pointers: Set<string>; usesLfs: boolean }) {
  const paths = new Map(rows.map((row) => [row.split(' ', 1)[0] ?? '', row]))
  const blobs = await gitBytes({ ...call, input: `${[...paths.keys()].join('\n')}\n` }, ['cat-file', '--batch'])
  for (const [id, content] of parseBlobs(blobs)) {
    const pointer = pointerOf(content)
    if (pointer !== null) found.pointers.add(pointer)
    if (paths.get(id)?.endsWith('.gitattributes') && isLfsAttributes(content)) found.usesLfs = true
  }
}

async function tipsUseLfs(call: SourceCall, tips: readonly string[]): Promise<boolean> {
  const attributes = ['--', ':(top,glob)**/.gitattributes']
  return (await tryGit(call, ['grep', '--quiet', '-e', 'filter=lfs', ...new Set(tips), ...attributes])) !== null
}

function toolMissing(count: number): MirrorError {
  return new MirrorError(
    'LFS_TOOL_MISSING',
    `the refs to push need ${count} LFS objects, and git-lfs is not installed`,
    {
      remedy: 'Install git-lfs, or set LFS=off to mirror the pointers alone.',
    },
  )
}

function objectsMissing(): MirrorError {
  return new MirrorError('SOURCE_PARTIAL', 'the source lacks LFS objects that the refs to push need', {
    remedy: 'Run: git lfs fetch --all',
  })
}
