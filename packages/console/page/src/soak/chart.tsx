import { useEffect, useRef, useState } from 'preact/hooks'
import type UPlot from 'uplot'
import uPlot from 'uplot'
import { useScheme } from '../data/hooks.js'
import { chartOptions } from './chart-options.js'

export interface ChartInit {
  readonly id: string
  readonly title: string
  readonly unit: string
  /** A count stays what it is until it changes. */
  readonly isStepped: boolean
  /** Bottom of the scale, and the least that its top shows. */
  readonly from: number
  readonly least: number
  /** Said while there is no value at all. */
  readonly whenEmpty: string
  format(value: number | null | undefined): string
}

/** Times in seconds since the epoch, then one list per node. */
export type ChartData = readonly (readonly (number | null)[])[]

interface ChartProps {
  readonly init: ChartInit
  readonly labels: readonly string[]
  readonly data: ChartData
  readonly bands: readonly (readonly [number, number])[]
}

/** Lines of all nodes, and below them the values under the pointer, or the newest. */
export function Chart({ init, labels, data, bands }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot | null>(null)
  const latestBands = useRef(bands)
  latestBands.current = bands
  const [index, setIndex] = useState<number | null>(null)
  const scheme = useScheme()
  useEffect(() => {
    if (!box.current) return
    const made = new uPlot(
      chartOptions({ init, labels, box: box.current, bands: () => latestBands.current, onIndex: setIndex }),
      data as UPlot.AlignedData,
      box.current,
    )
    plot.current = made
    const observer = new ResizeObserver(([entry]) => {
      if (entry) made.setSize({ width: Math.floor(entry.contentRect.width), height: made.height })
    })
    observer.observe(box.current)
    return () => {
      observer.disconnect()
      made.destroy()
    }
  }, [labels.join(), scheme])
  useEffect(() => plot.current?.setData(data as UPlot.AlignedData), [data])
  return (
    <figure class="chart" data-chart={init.id}>
      <div class="chart-box" ref={box}>
        {isEmpty(data) && <p class="chart-empty">{init.whenEmpty}</p>}
      </div>
      <Readout init={init} labels={labels} data={data} index={index} />
    </figure>
  )
}

function isEmpty([, ...lines]: ChartData): boolean {
  return lines.every((line) => line.every((value) => value === null))
}

interface ReadoutProps extends Pick<ChartProps, 'init' | 'labels' | 'data'> {
  readonly index: number | null
}

function Readout({ init, labels, data, index }: ReadoutProps) {
  const at = index ?? (data[0]?.length ?? 0) - 1
  return (
    <figcaption class="readout">
      {labels.map((label, node) => (
        <span key={label} class="readout-item">
          <i class={`swatch series-${(node % 8) + 1}`} aria-hidden="true" />
          {label} <b data-value={label}>{init.format(data[node + 1]?.[at])}</b>
        </span>
      ))}
    </figcaption>
  )
}
