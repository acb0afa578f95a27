import { UsageError } from '@montana/foundation'
import { isTaken, LABELS, LATE, type Label } from './labels.js'

/** A node that starts once the others have cemented so many windows. */
export interface Join {
  readonly label: string
  /** Counted from the head at start. */
  readonly afterWindows: number
}

export type SyncMode = 'auto' | 'range' | 'snapshot'

const MODES: readonly SyncMode[] = ['auto', 'range', 'snapshot']
const GRAMMAR = `use LABEL@W, for example ${LATE}@30`

/** `LABEL@W`; W lies before the end of the run. Throws {@link UsageError}. */
export function parseJoin(text: string, windows: number | undefined): Join {
  const [, label = '', after] = /^([a-z][a-z0-9-]{0,31})@(\d{1,7})$/.exec(text) ?? []
  const afterWindows = Number(after)
  if (label === '' || afterWindows < 1) throw usage('join', `--join '${text}' is not a node and a window`, GRAMMAR)
  if (isTaken(label)) {
    const others = `take a label other than ${LABELS.join(', ')}`
    throw usage('join', `--join '${text}': there is a node ${label} already`, others)
  }
  if (windows !== undefined && afterWindows >= windows) {
    const remedy = `name a window below ${windows}, or a larger number with --windows`
    throw usage('join', `--join '${text}': the run ends at window ${windows}`, remedy)
  }
  return { label, afterWindows }
}

/** One of the nodes that start together. Throws {@link UsageError}. */
export function parseLiar(text: string): Label {
  const found = LABELS.find((label) => label === text)
  if (found) return found
  throw usage('liar', `--liar '${text}' is no node of this devnet`, `name one of ${LABELS.join(', ')}`)
}

/** Undefined where the node that joins is left to choose. Throws {@link UsageError}. */
export function parseSync(text: string | undefined, join: Join | undefined): SyncMode | undefined {
  if (text === undefined) return undefined
  const mode = MODES.find((candidate) => candidate === text)
  if (!mode) throw usage('sync', `--sync '${text}' is not known`, `use one of ${MODES.join(', ')}`)
  if (join) return mode
  throw usage('sync', `--sync '${text}' is for a node that joins`, `add --join ${LATE}@W, or leave it out`)
}

function usage(field: string, text: string, remedy: string): UsageError {
  return new UsageError(text, { field, remedy })
}
