import { useEffect, useState } from 'preact/hooks'
import type { FindMatch, FindView } from '../../../src/api/explorer-views.js'
import { number } from '../data/format.js'
import { Empty, Panel } from '../parts/panel.js'
import { Answer, useNode } from './ask.js'
import { Crumbs } from './crumbs.js'
import { accountHref, hrefOf, type Route } from './route.js'

const EVERY_MS = 10_000

/** What has this hash or id; where it is one thing, one is led there. A node compares some thousand windows at a time. */
export function FindPlace({ label, hash }: { label: string; hash: string }) {
  const [cursor, setCursor] = useState<string | null>(null)
  const search = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`
  const asked = useNode<FindView>(label, `find/${hash}${search}`, EVERY_MS)
  const matches = asked.data?.matches ?? []
  const only = onlyPlace(matches)
  useEffect(() => {
    if (only) location.replace(only)
  }, [only])
  return (
    <>
      <Crumbs title="Search" />
      <Panel id="found" title="What has this hash" aside={<code>{hash.slice(0, 16)}…</code>}>
        <Answer asked={asked}>{(view) => <Matches view={view} onOlder={setCursor} />}</Answer>
      </Panel>
    </>
  )
}

/** Pure. A node's candidacy leads to the account that it works for. */
function routeOfMatch(match: FindMatch): Route {
  if (match.kind === 'window') return { kind: 'window', window: match.window }
  if (match.kind === 'node') return { kind: 'node', id: match.node_id }
  return { kind: 'account', id: match.account_id }
}

function onlyPlace(matches: readonly FindMatch[]): string | null {
  const [first, ...others] = new Set(matches.map((match) => hrefOf(routeOfMatch(match))))
  return first !== undefined && others.length === 0 ? first : null
}

interface MatchesProps {
  readonly view: FindView
  onOlder(cursor: string): void
}

function Matches({ view, onOlder }: MatchesProps) {
  const { matches, next } = view
  if (matches.length === 0)
    return next === null ? <Nothing /> : <NothingYet view={view} onOlder={() => onOlder(next)} />
  return (
    <ul class="peers">
      {matches.map((match) => (
        <li key={hrefOf(routeOfMatch(match)) + match.kind}>
          <span>{match.kind}</span>
          <a href={hrefOf(routeOfMatch(match))}>{wordsOf(match)}</a>
        </li>
      ))}
    </ul>
  )
}

function Nothing() {
  return (
    <Empty title="Nothing that this node has">
      No node, account or candidate has this id, and no window that it stores this proposal hash or state root.
    </Empty>
  )
}

function NothingYet({ view: { searched_from: from }, onOlder }: { view: FindView; onOlder(): void }) {
  return (
    <>
      <Empty title="Not among the newer windows">
        No node, account or candidate has this id, and no window from {number(from)} on this proposal hash or state
        root.
      </Empty>
      <div class="more-row">
        <button type="button" class="button" onClick={onOlder}>
          Search older windows
        </button>
      </div>
    </>
  )
}

function wordsOf(match: FindMatch): string {
  if (match.kind === 'window')
    return `${number(match.window)}, by ${match.by === 'state_root' ? 'state root' : 'proposal hash'}`
  if (match.kind === 'node') return match.label ?? match.node_id.slice(0, 16)
  return accountHref(match.account_id).slice(-64, -48)
}
