import { MirrorError, type MirrorErrorCode } from '../contracts/errors.js'
import type { Tips } from '../contracts/push.js'
import { gitText, type SourceCall, tryGit } from './git.js'

/** Where {@link pushCode} pushes from. */
export interface Source {
  readonly folder: string
  /** Ref that HEAD points to; null when it is detached. */
  readonly head: string | null
}

const FULL_CLONE = 'Clone with the whole history: git fetch --unshallow, or fetch-depth: 0 in a workflow.'

/** Throws SOURCE_INVALID, SOURCE_SHALLOW or SOURCE_PARTIAL; contacts nobody. Spec repository-mirror 7.1. */
export async function inspectSource(call: SourceCall): Promise<Source> {
  await assertRepository(call)
  const partial = await tryGit(call, ['config', '--get-regexp', '^(extensions\\.partialclone|remote\\..*\\.promisor)$'])
  if (partial?.split('\n').some((line) => line !== '' && !line.endsWith(' false'))) {
    throw refused('SOURCE_PARTIAL', 'the source is a partial clone', 'Clone again without --filter.')
  }
  const head = await tryGit(call, ['symbolic-ref', '--quiet', 'HEAD'])
  return { folder: call.folder, head: head?.trim() ?? null }
}

async function assertRepository(call: SourceCall): Promise<void> {
  const answer = await tryGit(call, ['rev-parse', '--is-shallow-repository', '--show-prefix'])
  if (answer === null) {
    const remedy = 'Name the folder of a git repository that belongs to this user.'
    throw refused('SOURCE_INVALID', 'the source is no git repository', remedy)
  }
  const [shallow, prefix = ''] = answer.split('\n')
  if (prefix !== '') {
    throw refused(
      'SOURCE_INVALID',
      'the source is a folder inside a repository',
      'Name the top folder of the repository.',
    )
  }
  if (shallow !== 'false') throw refused('SOURCE_SHALLOW', 'the source is a shallow clone', FULL_CLONE)
}

/** All refs of the source. */
export async function localTips(call: SourceCall): Promise<Tips> {
  const text = await gitText(call, ['for-each-ref', '--format=%(objectname) %(refname)'])
  const rows = text.split('\n').filter((line) => line !== '')
  return new Map(rows.map((row) => [row.slice(row.indexOf(' ') + 1), row.slice(0, row.indexOf(' '))]))
}

function refused(code: MirrorErrorCode, message: string, remedy: string): MirrorError {
  return new MirrorError(code, message, { remedy })
}
