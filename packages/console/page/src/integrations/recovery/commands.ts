import type { MirrorView } from '../types.js'
import { conflictsOf } from './plan.js'
import type { RecoveryRef, RecoveryReport } from './types.js'

export interface CommandLine {
  readonly command: string
  /** What it does, and what to look at after it. */
  readonly does: string
}

/** Of the other side: the address that a person types, never one with a credential. */
function addressOf({ webUrl, target, id }: MirrorView): string {
  return webUrl === null ? (target ?? `PATH_OF_${id}`) : `${webUrl}.git`
}

/**
 * The same by hand, in a clone of the primary: for histories that should be united and that this tool does not unite. Every
 * command only adds; the last one brings both sides together.
 */
export function commandsOf(report: RecoveryReport, mirror: MirrorView): readonly CommandLine[] {
  const ref = report.refs.find(({ rescue }) => rescue.preserve !== null)
  if (ref === undefined) return []
  const branch = ref.ref.replace(/^refs\/(?:heads|tags)\//, '')
  const files = conflictsOf(report, 'merge')
  const conflict = files.length === 0 ? 'Git says when files conflict.' : `Mend ${files.join(', ')}, then commit.`
  return [
    { command: `git switch ${quoted(branch)}`, does: 'In a clone of the primary, at its newest commit.' },
    {
      command: `git fetch ${quoted(addressOf(mirror))} ${quoted(ref.ref)}`,
      does: 'Brings the other history into the clone; no branch moves.',
    },
    { command: 'git merge FETCH_HEAD', does: `Unites both histories in one commit. ${conflict}` },
    { command: `git push origin ${quoted(branch)}`, does: 'The primary has both histories from here on.' },
    last(report, ref),
  ]
}

function last({ kind, id }: RecoveryReport, { ref }: RecoveryRef): CommandLine {
  if (kind === 'hand-back') {
    return {
      command: `montana mirror demote ${id} --reason "…" --confirm OWNER/NAME --dry-run`,
      does: `Shows that nothing conflicts any more; without --dry-run it hands back. ${ref} moves forward there.`,
    }
  }
  return { command: `montana mirror sync ${id}`, does: 'A fast-forward there: what it had is part of the history now.' }
}

/** For a shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
