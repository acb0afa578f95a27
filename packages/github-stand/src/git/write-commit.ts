import { runGit } from './run-git.js'

export interface CommitRequest {
  /** Path to content; null removes. */
  readonly files: Readonly<Record<string, string | Uint8Array | null>>
  readonly message?: string
  /** Short name of a branch; made when missing. */
  readonly branch: string
  /** Milliseconds since the epoch. */
  readonly atMs: number
}

/** Commits onto the tip of a branch of a bare repository, without a checkout; answers the new commit's id. */
export async function writeCommit(repository: string, request: CommitRequest): Promise<string> {
  const ref = `refs/heads/${request.branch}`
  const known = (await runGit(repository, ['for-each-ref', '--format=x', ref])).length > 0
  await runGit(repository, ['fast-import', '--quiet'], { input: stream(request, ref, known) })
  return (await runGit(repository, ['rev-parse', ref])).toString('utf8').trim()
}

function stream({ files, message = 'change', atMs }: CommitRequest, ref: string, known: boolean): Uint8Array {
  const committer = `committer Stand <stand@localhost> ${Math.floor(atMs / 1000)} +0000\n`
  const head = [`commit ${ref}\n`, committer, data(message), ...(known ? [`from ${ref}^0\n`] : [])]
  const changes = Object.entries(files).flatMap(([path, content]) =>
    content === null ? [`D ${path}\n`] : [`M 100644 inline ${path}\n`, data(content)],
  )
  return Buffer.concat([...head, ...changes].map((part) => Buffer.from(part)))
}

function data(content: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(content)
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')])
}
