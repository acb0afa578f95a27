import type { FailoverObserverView, FailoverProbeView } from '../../../src/api/failover-views.js'
import { interval, MISSING, millis } from '../data/format.js'
import { Panel } from '../parts/panel.js'
import { diagnosisText } from './words.js'

/** Who hears (row) whom (column). */
export function Probes({ observers }: { observers: readonly FailoverObserverView[] }) {
  const hosts = [...new Set(observers.flatMap((one) => one.hosts.map(({ host }) => host)))]
  return (
    <Panel id="probes" title="Probes" aside="time since the last sign of life, then round trip in ms">
      <table class="matrix">
        <Head names={hosts} />
        <tbody>
          {observers.map((observer) => (
            <tr key={observer.host}>
              <th scope="row">{observer.host}</th>
              {hosts.map((host) => (
                <Probe key={host} probe={observer.hosts.find((one) => one.host === host)} by={observer.host} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  )
}

function Head({ names }: { names: readonly string[] }) {
  return (
    <thead>
      <tr>
        <td class="matrix-corner">from ↓ to →</td>
        {names.map((name) => (
          <th key={name} scope="col" class="peer-col">
            {name}
          </th>
        ))}
      </tr>
    </thead>
  )
}

function Probe({ probe, by }: { probe: FailoverProbeView | undefined; by: string }) {
  if (!probe) return <td class="beat beat-none">{MISSING}</td>
  const { host, isSelf, isAlive, heardMs, rttMs, refusal } = probe
  if (isSelf) return <td class="matrix-self" aria-label="itself" />
  const said = diagnosisText(probe)
  return (
    <td class={`beat beat-${isAlive ? 'good' : 'bad'}`} data-probe={`${by}-${host}`}>
      <span class="beat-ratio">{heardText(isAlive, heardMs)}</span>
      {isAlive ? <span class="beat-rtt">{millis(rttMs)}</span> : said && <span class="beat-counts">{said}</span>}
      {refusal && <span class="beat-counts">{refusal}</span>}
    </td>
  )
}

function heardText(isAlive: boolean, heardMs: number | null): string {
  if (heardMs === null) return 'never'
  return isAlive ? interval(heardMs) : `silent ${interval(heardMs)}`
}

/** Which host (row) is answered by which witness (column). */
export function Witnesses({ observers }: { observers: readonly FailoverObserverView[] }) {
  const names = [...new Set(observers.flatMap(({ witnesses }) => witnesses.map(({ name }) => name)))]
  if (names.length === 0) return null
  return (
    <Panel id="witnesses" title="Witnesses" aside="since the last answer">
      <table class="matrix">
        <Head names={names} />
        <tbody>
          {observers.map(({ host, witnesses }) => (
            <tr key={host}>
              <th scope="row">{host}</th>
              {names.map((name) => (
                <Witness key={name} witness={witnesses.find((one) => one.name === name)} by={host} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  )
}

interface WitnessProps {
  readonly witness: FailoverObserverView['witnesses'][number] | undefined
  readonly by: string
}

function Witness({ witness, by }: WitnessProps) {
  if (!witness) return <td class="beat beat-none">{MISSING}</td>
  const { name, isAnswering, ageMs } = witness
  return (
    <td class={`beat beat-${isAnswering ? 'good' : 'bad'}`} data-witness={`${by}-${name}`}>
      <span class="beat-ratio">{heardText(isAnswering, ageMs)}</span>
    </td>
  )
}
