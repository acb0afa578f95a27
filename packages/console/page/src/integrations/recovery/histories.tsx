import { number, shortHash } from '../../data/format.js'
import { Mark } from '../../parts/mark.js'
import { Ago } from '../time.js'
import { isSplit } from './plan.js'
import type { HistoryCommit, RecoveryRef, RecoveryReport, SideHistory } from './types.js'

/** The newest ones; the others unfold. */
const SHOWN = 8

interface HistoriesProps {
  readonly report: RecoveryReport
  /** What both sides are called. */
  readonly names: { readonly primary: string; readonly replica: string }
  readonly nowMs: number
}

/** Both tips of each ref that differs, and the commits that only one side has. */
export function Histories({ report: { refs, leftOut, same }, names, nowMs }: HistoriesProps) {
  return (
    <div class="histories">
      {refs.map((ref, at) => (
        <RefHistories key={ref.ref} {...{ refFound: ref, names, nowMs }} isOpen={at === 0} />
      ))}
      <p class="mirror-note">
        {leftOut > 0 && `${number(leftOut)} more refs differ and are not listed. `}
        {sameWords(same)}
      </p>
    </div>
  )
}

function sameWords(same: number): string {
  if (same === 0) return 'No ref is the same on both sides.'
  return same === 1
    ? 'One other ref is the same on both sides.'
    : `${number(same)} other refs are the same on both sides.`
}

interface RefProps extends Pick<HistoriesProps, 'names' | 'nowMs'> {
  readonly refFound: RecoveryRef
  readonly isOpen: boolean
}

function RefHistories({ refFound, names, nowMs, isOpen }: RefProps) {
  const { ref, onlyPrimary, onlyReplica } = refFound
  const tone = isSplit(refFound) ? 'bad' : 'none'
  return (
    <details class="history-ref" data-history={ref} open={isOpen}>
      <summary>
        <code class="long">{ref}</code>{' '}
        <Mark tone={tone}>{isSplit(refFound) ? 'two histories' : oneSided(refFound)}</Mark>
      </summary>
      <div class="history-sides">
        <Side title={`Only on ${names.primary}`} side={onlyPrimary} nowMs={nowMs} />
        <Side title={`Only on ${names.replica}`} side={onlyReplica} nowMs={nowMs} />
      </div>
    </details>
  )
}

function oneSided({ primary, replica, onlyPrimary }: RecoveryRef): string {
  if (primary === null || replica === null) return 'on one side only'
  return onlyPrimary.count === 0 ? 'the other side is ahead' : 'the primary is ahead'
}

function Side({ title, side, nowMs }: { title: string; side: SideHistory; nowMs: number }) {
  const { tip, count, commits } = side
  return (
    <section class="history-side">
      <h3>{title}</h3>
      <p class="mirror-note">{tip === null ? 'no such ref' : <Tip tip={tip} count={count} />}</p>
      <Commits commits={commits.slice(0, SHOWN)} nowMs={nowMs} />
      {commits.length > SHOWN && (
        <details>
          <summary>{commits.length - SHOWN} more</summary>
          <Commits commits={commits.slice(SHOWN)} nowMs={nowMs} />
        </details>
      )}
      {count !== null && count > commits.length && (
        <p class="mirror-note">and {number(count - commits.length)} older ones</p>
      )}
    </section>
  )
}

function Tip({ tip, count }: { tip: string; count: number | null }) {
  return (
    <>
      tip <code title={tip}>{shortHash(tip)}</code> · {countWords(count)}
    </>
  )
}

function Commits({ commits, nowMs }: { commits: readonly HistoryCommit[]; nowMs: number }) {
  if (commits.length === 0) return null
  return (
    <ol class="commits">
      {commits.map((commit) => (
        <Commit key={commit.id} commit={commit} nowMs={nowMs} />
      ))}
    </ol>
  )
}

function countWords(count: number | null): string {
  if (count === null) return 'its commits are too large to be shown'
  return count === 0 ? 'nothing of its own' : `${number(count)} ${count === 1 ? 'commit' : 'commits'} of its own`
}

function Commit({ commit: { id, subject, author, atMs }, nowMs }: { commit: HistoryCommit; nowMs: number }) {
  return (
    <li>
      <code title={id}>{shortHash(id)}</code> <span class="long">{subject ?? 'no subject'}</span>
      <span class="commit-who">
        {author ?? 'nobody named'}
        {atMs !== null && (
          <>
            {', '}
            <Ago atMs={atMs} nowMs={nowMs} />
          </>
        )}
      </span>
    </li>
  )
}
