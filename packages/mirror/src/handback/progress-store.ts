import { canonicalJson } from '@montana/foundation'
import { z } from 'zod'
import { MirrorError } from '../contracts/errors.js'
import type { FenceRecord } from '../contracts/fence.js'
import { HANDBACK, type HandbackProgress, type HandbackStep, type HandbackUndo } from '../decide/handback.js'
import type { RemoteGit } from '../fence/git-calls.js'
import { type RefEntry, RefStore } from '../fence/ref-store.js'

const STEPS = HANDBACK.steps.map(({ name }) => name) as [HandbackStep, ...HandbackStep[]]
const UNDO = HANDBACK.steps.flatMap(({ undo }) => undo) as [HandbackUndo, ...HandbackUndo[]]
const step = z.enum(STEPS)
const schema = z.strictObject({
  progress: z
    .strictObject({
      done: z.array(step).max(STEPS.length),
      begun: step.nullable(),
      failed: step.nullable(),
      undone: z.array(z.enum(UNDO)).max(UNDO.length),
      movedMs: z.number().nonnegative(),
    })
    .nullable(),
})

/** How far a hand-back came, at a ref of the primary: a run of a workflow has no disk that lasts. Spec 11.3. */
export class HandbackStore {
  readonly #store: RefStore
  #entry: RefEntry | null = null

  constructor(store: RefStore) {
    this.#store = store
  }

  /** Null where none is under way; what cannot be read is none either, because each step may be done twice. */
  async read(signal: AbortSignal): Promise<HandbackProgress | null> {
    this.#entry = await this.#store.read(signal)
    return this.#entry === null ? null : parse(this.#entry.text)
  }

  /** Throws BUSY when another run writes, too. */
  async write(progress: HandbackProgress | null, signal: AbortSignal): Promise<void> {
    const written = await this.#store.swap(this.#entry, `${canonicalJson({ progress })}\n`, signal)
    if (written === null) {
      const remedy = 'let it finish; one run at a time is enough'
      throw new MirrorError('BUSY', 'another run is at work on this hand-back', { remedy })
    }
    this.#entry = written
  }
}

/** `git`: with access to the primary. */
export function openHandbackStore(git: RemoteGit): HandbackStore {
  return new HandbackStore(new RefStore(git, { ref: 'refs/montana/handback', file: 'handback.json', bytesMax: 65_536 }))
}

/** Of a try that still stands: the drain is ours, or the claim was made. Any other is begun anew. */
export function worthKeeping(
  progress: HandbackProgress | null,
  record: FenceRecord,
  self: string,
): HandbackProgress | null {
  return record.state === 'draining' || record.holder === self ? progress : null
}

function parse(text: string): HandbackProgress | null {
  try {
    const read = schema.safeParse(JSON.parse(text))
    return read.success ? read.data.progress : null
  } catch {
    return null
  }
}
