import type { ComponentChildren } from 'preact'
import { number, shortHash } from '../data/format.js'
import { Mark } from '../parts/mark.js'
import { layerTone, layerWords } from './states.js'
import { Ago } from './time.js'
import type { CodeView, Layer, MirrorLayers, NamesView, WorkflowsView } from './types.js'
import { LAYERS } from './types.js'
import { driftWords, workflowRows } from './words.js'

export const LAYER_NAMES: Readonly<Record<Layer, string>> = {
  code: 'Code',
  secrets: 'Secrets',
  variables: 'Variables',
  workflows: 'Workflows',
}

/** One line for each layer: how it is, since when, and how much. */
export function LayerLines({ layers, nowMs }: { layers: MirrorLayers; nowMs: number }) {
  return (
    <dl class="layers">
      {LAYERS.map((layer) => (
        <LayerLine key={layer} layer={layer} layers={layers} nowMs={nowMs} />
      ))}
    </dl>
  )
}

function LayerLine({ layer, layers, nowMs }: { layer: Layer; layers: MirrorLayers; nowMs: number }) {
  const { status, lastSuccessMs } = layers[layer]
  return (
    <div class="layer" data-layer={layer} data-status={status}>
      <dt>{LAYER_NAMES[layer]}</dt>
      <dd>
        <Mark tone={layerTone(layers[layer])}>{layerWords(layers[layer])}</Mark>
        {status !== 'off' && lastSuccessMs !== null && (
          <span class="layer-time">
            synced <Ago atMs={lastSuccessMs} nowMs={nowMs} />
          </span>
        )}
        <span class="layer-facts">{factsOf(layer, layers)}</span>
      </dd>
    </div>
  )
}

export function factsOf(layer: Layer, layers: MirrorLayers): ComponentChildren {
  if (layers[layer].status === 'off') return null
  if (layer === 'code') return codeFacts(layers.code)
  return layer === 'workflows' ? workflowFacts(layers.workflows) : namesFacts(layers[layer])
}

function codeFacts({ commit, lagCommits }: CodeView): ComponentChildren {
  const lag = lagCommits ?? 0
  return (
    <>
      {commit !== null && (
        <span>
          commit <code title={commit}>{shortHash(commit)}</code>
        </span>
      )}
      {lag > 0 && <span>{`${number(lag)} ${lag === 1 ? 'commit' : 'commits'} behind`}</span>}
    </>
  )
}

function namesFacts({ synced, total, drift }: NamesView): ComponentChildren {
  const words = driftWords(drift)
  return (
    <>
      {total !== null && <span>{`${synced ?? 0}/${total}`}</span>}
      {words !== '' && <span>{words}</span>}
    </>
  )
}

function workflowFacts(view: WorkflowsView): ComponentChildren {
  const rows = workflowRows(view)
  if (rows.length === 0) return null
  const met = rows.filter(({ isMet }) => isMet).length
  return <span>{`${met}/${rows.length} as expected`}</span>
}
