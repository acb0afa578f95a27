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

/** A window that is not there yet may come; what is cemented stays. */
const EVERY_MS = 5_000

export function WindowPlace({ label, window }: { label: string; window: number }) {
  const asked = useNode<WindowView>(label, `window/${window}`, EVERY_MS)
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
  const { weights, weights_reason: reason } = view
  return (
    <>
      <ProposalPanel view={view} />
      <div class="pair">
        <Panel
          id="evidence"
          title={`Confirmed by ${counted(view.evidence.length)}`}
          aside="confirmations of this window"
        >
          {weights ? <QuorumBar weights={weights} /> : <p class="quorum">No weights: {reason ?? 'not known'}.</p>}
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

const counted = (count: number) => `${count} ${count === 1 ? 'member' : 'members'}`
