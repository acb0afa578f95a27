import { type DrillEvent, drillEventSchema, type RunDocument, runDocumentSchema } from '@montana/soak/formats'
import type { DrillView } from '../api/views.js'
import { RUN_FILE_MAX_BYTES } from '../constants.js'
import { parseJson } from '../parse-json.js'
import { readBounded } from './bounded-file.js'

export interface DeclaredRun {
  readonly run: RunDocument
  readonly drills: readonly DrillView[]
}

/** What stands beside the soak file about its run; undefined where nothing was declared, or not in a form that is known. */
export async function readDeclaredRun(runPath: string, drillsPath: string): Promise<DeclaredRun | undefined> {
  const run = runDocumentSchema.safeParse(parseJson(await readBounded(runPath, RUN_FILE_MAX_BYTES))).data
  if (!run) return undefined
  const lines = ((await readBounded(drillsPath, RUN_FILE_MAX_BYTES)) ?? '').split('\n')
  const events = lines.flatMap((line) => drillEventSchema.safeParse(parseJson(line)).data ?? [])
  return { run, drills: drillViews(run, events) }
}

/** The last event of a drill says when it was; one that has not begun has no times. */
function drillViews({ drills }: RunDocument, events: readonly DrillEvent[]): DrillView[] {
  const last = new Map(events.map((event) => [event.id, event]))
  return drills.map(({ id, kind, label, peer, window, duration_s: durationS }) => {
    const event = last.get(id)
    return { id, kind, label, peer, window, durationS, from: event?.from ?? null, to: event?.to ?? null }
  })
}
