import { CPU_MARKS } from '../constants.js'

interface Mark {
  readonly cpuS: number
  readonly atMs: number
}

const MS_PER_S = 1_000

/** CPU use of one node's processes, from a counter that the node renews every few seconds. */
export class CpuMeter {
  #instance = ''
  #marks: Mark[] = []

  /** Takes in a sample; CPU seconds per second over the last marks, null until the counter has moved. */
  add(instance: string, cpuS: number | null, atMs: number): number | null {
    if (instance !== this.#instance) this.#marks = []
    this.#instance = instance
    if (cpuS !== null && this.#marks.at(-1)?.cpuS !== cpuS) this.#marks.push({ cpuS, atMs })
    if (this.#marks.length > CPU_MARKS) this.#marks.shift()
    return this.#rate()
  }

  #rate(): number | null {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)]
    if (!first || !last || last.atMs <= first.atMs) return null
    return (MS_PER_S * (last.cpuS - first.cpuS)) / (last.atMs - first.atMs)
  }
}
