import { useState } from 'preact/hooks'
import type { MeshView, RecentWindow } from '../../../src/api/views.js'
import { clockTime, duration, number, shortHash } from '../data/format.js'
import { agreementTone, isAsked } from '../data/state.js'
import { Mark } from '../parts/mark.js'
import { Empty, Panel } from '../parts/panel.js'

/** Bars grow with the time that a window took; one of the usual pace fills this much of the height. */
const USUAL_HEIGHT = 0.4
const LEAST_HEIGHT = 0.12
/** To where a key moves from a place among `count`. */
const MOVES: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  Home: () => 0,
  End: (_, count) => count - 1,
}

/** The latest windows as bars, one of them told in words, and what is being decided now. */
export function RecentStrip({ mesh }: { mesh: MeshView }) {
  return (
    <Panel id="recent" title="Cadence" aside={<Turn mesh={mesh} />}>
      {mesh.recent.length === 0 ? <NoWindow mesh={mesh} /> : <Bars recent={mesh.recent} paceMs={mesh.paceMs} />}
    </Panel>
  )
}

function NoWindow({ mesh }: { mesh: MeshView }) {
  if (!mesh.nodes.some(isAsked)) {
    return (
      <Empty title="No node is asked from here">
        All of them are asked over ssh, by the watchdog: what it recorded is under Soak.
      </Empty>
    )
  }
  if (mesh.head === null) {
    return <Empty title="No node answers">Windows show here when a node runs. What was recorded is under Soak.</Empty>
  }
  return <Empty title="No window yet">The first one is cemented once a quorum of the members has confirmed it.</Empty>
}

function Turn({ mesh }: { mesh: MeshView }) {
  if (!mesh.open) return null
  const { window, proposer, round, waitsFor } = mesh.open
  return (
    <span data-turn={window}>
      Window {number(window)}: <strong>{proposer ?? 'nobody'}</strong> proposes{round > 1 && ` in round ${round}`}
      {waitsFor.length > 0 && mesh.isOverdue && (
        <>
          {' · '}
          <Mark tone="warn">
            waits for <strong>{waitsFor.join(', ')}</strong>
          </Mark>
        </>
      )}
    </span>
  )
}

function Bars({ recent, paceMs }: Pick<MeshView, 'recent' | 'paceMs'>) {
  /** Null follows the newest. */
  const [picked, setPicked] = useState<number | null>(null)
  const shown = recent.find(({ window }) => window === picked) ?? recent.at(-1)
  const usual = paceMs ?? 1
  const onKeyDown = (event: KeyboardEvent) => {
    const move = MOVES[event.key]
    if (!move || !shown) return
    event.preventDefault()
    const next = recent[Math.max(0, move(recent.indexOf(shown), recent.length))]
    setPicked(next && next !== recent.at(-1) ? next.window : null)
  }
  return (
    <div class="strip">
      <div
        class="bars"
        role="slider"
        tabIndex={0}
        aria-label="Cadence of the recent windows"
        aria-valuemin={recent[0]?.window ?? 0}
        aria-valuemax={recent.at(-1)?.window ?? 0}
        aria-valuenow={shown?.window ?? 0}
        aria-valuetext={shown && `${shown.window}, took ${duration(shown.tookMs)}, ${WORDS[shown.agrees]}`}
        onKeyDown={onKeyDown}
        onPointerLeave={() => setPicked(null)}
      >
        {recent.map((one) => (
          <Bar key={one.window} one={one} usual={usual} isShown={one === shown} onPick={() => setPicked(one.window)} />
        ))}
        {paceMs !== null && <span class="bars-usual" />}
      </div>
      {shown && <Words one={shown} slowest={slowestOf(recent)} paceMs={paceMs} />}
    </div>
  )
}

interface BarProps {
  readonly one: RecentWindow
  readonly usual: number
  readonly isShown: boolean
  onPick(): void
}

function Bar({ one, usual, isShown, onPick }: BarProps) {
  const share = one.tookMs === null ? USUAL_HEIGHT : (USUAL_HEIGHT * one.tookMs) / usual
  const height = `${Math.round(100 * Math.min(1, Math.max(LEAST_HEIGHT, share)))}%`
  return (
    <span class={`bar-slot${isShown ? ' is-shown' : ''}`} onPointerEnter={onPick}>
      <span class={`bar bar-${agreementTone(one.agrees)}`} style={{ height }} />
    </span>
  )
}

const WORDS = { yes: 'equal hashes', no: 'hashes differ', unknown: 'not compared' } as const

function slowestOf(recent: readonly RecentWindow[]): RecentWindow | undefined {
  return recent.reduce<RecentWindow | undefined>(
    (slowest, one) => ((one.tookMs ?? -1) > (slowest?.tookMs ?? -1) ? one : slowest),
    undefined,
  )
}

interface WordsProps {
  readonly one: RecentWindow
  readonly slowest: RecentWindow | undefined
  readonly paceMs: number | null
}

function Words({ one: { window, at, tookMs, agrees, compared, headerHash }, slowest, paceMs }: WordsProps) {
  return (
    <p class="strip-words">
      <strong>{number(window)}</strong>
      <span>cemented {clockTime(at)}</span>
      <span>took {duration(tookMs)}</span>
      <Mark tone={agreementTone(agrees)}>
        {WORDS[agrees]} on {compared} {compared === 1 ? 'node' : 'nodes'}
      </Mark>
      <code>{shortHash(headerHash)}</code>
      {slowest && paceMs !== null && (
        <span class="strip-slowest">
          dashed: the usual {duration(paceMs)} · slowest shown: {number(slowest.window)}, {duration(slowest.tookMs)}
        </span>
      )}
    </p>
  )
}
