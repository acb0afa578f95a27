import { useEffect } from 'preact/hooks'
import type { FindMatch, FindView } from '../../../src/api/explorer-views.js'
import { number } from '../data/format.js'
import { Empty, Panel } from '../parts/panel.js'
import { Answer, useNode } from './ask.js'
import { Crumbs } from './crumbs.js'
import { accountHref, hrefOf, type Route } from './route.js'

const EVERY_MS = 10_000

/** What has this hash or id; where it is one thing, one is led there. */
export function FindPlace({ label, hash }: { label: string; hash: string }) {
  const asked = useNode<FindView>(label, `find/${hash}`, EVERY_MS)
  const matches = asked.data?.matches ?? []
  const only = onlyPlace(matches)
  useEffect(() => {
    if (only) location.replace(only)
  }, [only])
  return (
    <>
      <Crumbs title="Search" />
      <Panel id="found" title="What has this hash" aside={<code>{hash.slice(0, 16)}…</code>}>
        <Answer asked={asked}>{(view) => <Matches view={view} />}</Answer>
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

function Matches({ view: { matches, searched_from: from, next } }: { view: FindView }) {
  if (matches.length === 0) {
    const where =
      from === null ? '' : ` Windows were compared from ${number(from)} on${next === null ? '' : ', no older ones'}.`
    return (
      <Empty title="Nothing that this node has">
        No node, account or candidate has this id, and no window this proposal hash or state root.{where}
      </Empty>
    )
  }
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

function wordsOf(match: FindMatch): string {
  if (match.kind === 'window')
    return `${number(match.window)}, by ${match.by === 'state_root' ? 'state root' : 'proposal hash'}`
  if (match.kind === 'node') return match.label ?? match.node_id.slice(0, 16)
  return accountHref(match.account_id).slice(-64, -48)
}
