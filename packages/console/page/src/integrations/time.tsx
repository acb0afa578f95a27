import { dayTime } from '../data/format.js'
import { ago, ahead } from './words.js'

interface TimeProps {
  readonly atMs: number
  readonly nowMs: number
}

/** How long ago, with the exact time for who points at it. */
export function Ago({ atMs, nowMs }: TimeProps) {
  return <Stamp atMs={atMs} words={ago(atMs, nowMs)} />
}

export function Ahead({ atMs, nowMs }: TimeProps) {
  return <Stamp atMs={atMs} words={ahead(atMs, nowMs)} />
}

function Stamp({ atMs, words }: { atMs: number; words: string }) {
  return (
    <time dateTime={new Date(atMs).toISOString()} title={`${dayTime(atMs)} UTC`}>
      {words}
    </time>
  )
}
