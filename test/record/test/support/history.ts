import { execFileSync } from 'node:child_process'
import { ROOT } from '../../dist/register/load.js'

export interface History {
  /** Subject of a commit by its id of eight digits. */
  get(id: string): string | undefined
  readonly subjects: ReadonlySet<string>
  /** Ids of findings in every committed version of the file. */
  earlierIds(file: string): string[]
}

/** The commits of this checkout; undefined where it has none, or was cut. */
export function commitsHere(): History | undefined {
  try {
    if (git('rev-parse', '--is-shallow-repository') === 'true') return undefined
    const lines = git('log', '--format=%H %s').split('\n')
    const byId = new Map(lines.map((line) => [line.slice(0, 8), line.slice(41)]))
    return { get: (id) => byId.get(id), subjects: new Set(byId.values()), earlierIds }
  } catch {
    return undefined
  }
}

function earlierIds(file: string): string[] {
  const versions = git('log', '--format=%H', '--', file).split('\n').filter(Boolean)
  return versions.flatMap((commit) => {
    const text = git('show', `${commit}:${file}`)
    return (JSON.parse(text) as { findings: readonly { id: string }[] }).findings.map(({ id }) => id)
  })
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: 'pipe' }).trim()
}
