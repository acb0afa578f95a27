import { Mark } from '../../parts/mark.js'
import { factsOf, LAYER_NAMES } from '../layer-lines.js'
import { layerTone, layerWords } from '../states.js'
import { Ago } from '../time.js'
import { LAYERS, type MirrorDetail } from '../types.js'

/** Last success and last attempt apart: a layer that fails keeps the time at which it was in step. */
export function Layers({ detail: { layers }, nowMs }: { detail: MirrorDetail; nowMs: number }) {
  const time = (atMs: number | null) => (atMs === null ? 'never' : <Ago atMs={atMs} nowMs={nowMs} />)
  return (
    <table class="plain stacked" data-table="layers">
      <thead>
        <tr>
          {['Layer', 'State', 'Last success', 'Last attempt', 'Extent'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {LAYERS.map((layer) => (
          <tr key={layer}>
            <th scope="row">{LAYER_NAMES[layer]}</th>
            <td>
              <Mark tone={layerTone(layers[layer])}>{layerWords(layers[layer])}</Mark>
            </td>
            <td data-name="Last success">{time(layers[layer].lastSuccessMs)}</td>
            <td data-name="Last attempt">{time(layers[layer].lastAttemptMs)}</td>
            <td>
              <span class="layer-facts">{factsOf(layer, layers)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
