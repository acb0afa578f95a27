import { useEffect, useState } from 'preact/hooks'
import type { WindowView } from '../../../src/api/explorer-views.js'
import type { Refusal } from '../data/api.js'
import { number } from '../data/format.js'
import { Empty, Panel } from '../parts/panel.js'
import { Answer, isAbsent, useNode } from './ask.js'
import { Bundles } from './bundles.js'
import { Controls } from './controls.js'
import { Crumbs } from './crumbs.js'
import { ProposalPanel } from './proposal-panel.js'
import { QuorumBar } from './quorum-bar.js'
import { windowHref } from './route.js'

/** A window that is not there yet may come, and weights that are being counted; what is cemented stays. */
const SOON_MS = 2_000
const EVERY_MS = 10_000

export function WindowPlace({ label, window }: { label: string; window: number }) {
  const [everyMs, setEveryMs] = useState(SOON_MS)
  const asked = useNode<WindowView>(label, `window/${window}`, everyMs)
  const isWhole = asked.data !== null && !asked.data.weights_pending
  useEffect(() => setEveryMs(isWhole ? EVERY_MS : SOON_MS), [isWhole])
  const head = asked.data?.head ?? null
  return (
    <>
      <Crumbs title={`Window ${number(window)}`}>
        {window > 1 && <a href={windowHref(window - 1)}>← {number(window - 1)}</a>}
        {head !== null && head > window && <a href={windowHref(window + 1)}>{number(window + 1)} →</a>}
      </Crumbs>
      {isAbsent(asked) ? (
        <NotHere refusal={asked.refusal} />
      ) : (
        <Answer asked={asked}>{(view) => <Window view={view} />}</Answer>
      )}
    </>
  )
}

/** It may come, so that this is no failure. */
function NotHere({ refusal }: { refusal: Refusal | null }) {
  return (
    <Empty title="This node does not have it">
      {refusal?.message}: {refusal?.remedy}. This page goes on asking.
    </Empty>
  )
}

function Window({ view }: { view: WindowView }) {
  const { weights } = view
  return (
    <>
      <ProposalPanel view={view} />
      <div class="pair">
        <Panel
          id="evidence"
          title={`Confirmed by ${counted(view.evidence.length)}`}
          aside="confirmations of this window"
        >
          {weights ? <QuorumBar weights={weights} /> : <p class="quorum">{missingWeights(view)}</p>}
          <Bundles bundles={view.evidence} whole={weights?.active_chain_length ?? null} />
        </Panel>
        <Panel
          id="credited"
          title={`Credited: ${counted(view.confirmers.length)}`}
          aside={
            view.window > 1 ? `confirmations of ${number(view.window - 1)}: chain length + 1` : 'none in the first'
          }
        >
          <Bundles bundles={view.confirmers} whole={weights?.active_chain_length ?? null} />
        </Panel>
      </div>
      {view.control.length > 0 && <Controls control={view.control} />}
    </>
  )
}

function missingWeights({ weights_pending: isPending, weights_reason: reason }: WindowView): string {
  return isPending ? 'The weights of that time are still being counted.' : `No weights: ${reason ?? 'not known'}.`
}

const counted = (count: number) => `${count} ${count === 1 ? 'member' : 'members'}`
