import type { WinnersView } from '../../../src/api/explorer-views.js'
import { Empty, Panel } from '../parts/panel.js'
import { Answer, useNode } from './ask.js'
import { nameOf } from './names.js'
import { windowHref } from './route.js'
import { Winners } from './winners.js'

const EVERY_MS = 3_000
const SHOWN = 20

export function WinnersPanel({ label }: { label: string }) {
  const asked = useNode<WinnersView>(label, `winners?limit=${SHOWN}`, EVERY_MS)
  return (
    <Panel id="winners" title="Latest winners" aside="by the window that credits the emission">
      <Answer asked={asked}>
        {({ winners }) =>
          winners.length === 0 ? (
            <Empty title="No winner yet">Each window credits the emission to one member.</Empty>
          ) : (
            <Winners
              winners={winners.map(({ window, winner }) => {
                return { window, windowHref: windowHref(window), name: nameOf(winner) }
              })}
            />
          )
        }
      </Answer>
    </Panel>
  )
}
