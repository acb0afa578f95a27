import type { Instrumentation } from '../instrument/hook.js'
import { type Material, mutateBytes, type Wish } from '../mutate/bytes.js'
import { Dice } from '../mutate/random.js'
import { mutateJson, mutateLines, mutateText } from '../mutate/text.js'
import { changeValue } from '../mutate/values.js'
import type { Form, Target } from '../targets/target.js'
import { Features } from './features.js'
import { type Finding, placeOf } from './finding.js'
import { tryInput } from './trial.js'
import { wishesOf } from './wishes.js'

export interface Entry {
  readonly input: Uint8Array
  wishes: readonly Wish[] | undefined
  /** Came by a mutation, and not from the encoders or the kept corpus. */
  readonly isNew: boolean
}

const MUTATE: Readonly<Record<Form, typeof mutateBytes>> = {
  bytes: mutateBytes,
  text: mutateText,
  json: mutateJson,
  lines: mutateLines,
}

/** More wishes of one input than this are repetitions. */
const MAX_WISHES = 400

export interface FuzzerInit {
  readonly target: Target
  readonly instrumentation: Instrumentation
  readonly seed: number
  /** Called before each run with what is about to be tried, so that a death leaves its cause behind. */
  readonly beforeRun?: (input: Uint8Array) => void
}

/** One target: its corpus, what it has reached, and what it found. Same seed, same inputs. */
export class Fuzzer {
  readonly target: Target
  readonly features = new Features()
  readonly corpus: Entry[] = []
  readonly findings = new Map<string, Finding>()
  runs = 0
  accepted = 0
  spentMs = 0
  readonly #init: FuzzerInit
  readonly #dice: Dice
  #words: readonly Uint8Array[] = []

  constructor(init: FuzzerInit) {
    this.target = init.target
    this.#init = init
    this.#dice = new Dice(init.seed)
  }

  /** Seeds and the kept corpus. Every one of them counts, whether or not it shows something new. */
  async load(kept: readonly Uint8Array[]): Promise<void> {
    this.#words = wordsFor(this.target, this.#init.instrumentation.words)
    for (const input of [...(await this.target.seeds()), ...kept]) {
      await this.#run(input)
      this.corpus.push({ input, wishes: undefined, isNew: false })
    }
  }

  /** Tries new inputs for that long by the clock on the wall. */
  async fuzzFor(ms: number): Promise<void> {
    const startedMs = performance.now()
    const untilMs = startedMs + ms
    for (let nowMs = startedMs; nowMs < untilMs; nowMs = performance.now()) await this.step()
    this.spentMs += performance.now() - startedMs
  }

  async step(): Promise<void> {
    const entry = this.#choose()
    const wishes = entry ? await this.#wishesOf(entry) : []
    const input = this.#mutated(entry?.input ?? new Uint8Array(), wishes)
    const added = await this.#run(input)
    if (added > 0) this.corpus.push({ input: Uint8Array.from(input), wishes: undefined, isNew: true })
  }

  /** The newest third as often as all others together: what was just reached leads on. */
  #choose(): Entry | undefined {
    const { length } = this.corpus
    const from = this.#dice.oneIn(2) ? Math.floor((length * 2) / 3) : 0
    return this.corpus[from + this.#dice.below(length - from)]
  }

  async #wishesOf(entry: Entry): Promise<readonly Wish[]> {
    if (entry.wishes) return entry.wishes
    const { coverage } = this.#init.instrumentation
    coverage.isComparing = true
    await this.#run(entry.input)
    coverage.isComparing = false
    entry.wishes = wishesOf(coverage.pairs, entry.input.length).slice(0, MAX_WISHES)
    return entry.wishes
  }

  #mutated(input: Uint8Array, wishes: readonly Wish[]): Uint8Array {
    const { target } = this
    const reshaped = this.#dice.oneIn(3)
      ? target.reshape?.(input, (value) => changeValue(value, this.#dice))
      : undefined
    const changed = reshaped ?? MUTATE[target.form](input, this.#dice, this.#material(wishes))
    const repaired = target.repair && !this.#dice.oneIn(4) ? target.repair(changed) : undefined
    return (repaired ?? changed).subarray(0, target.maxBytes)
  }

  #material(wishes: readonly Wish[]): Material {
    const other = this.corpus[this.#dice.below(this.corpus.length)]
    return { others: other ? [other.input] : [], words: this.#words, wishes, maxBytes: this.target.maxBytes }
  }

  /** How many features were new. */
  async #run(input: Uint8Array): Promise<number> {
    const { beforeRun, instrumentation } = this.#init
    beforeRun?.(input)
    this.runs++
    const trial = await tryInput(this.target, input, instrumentation.coverage)
    if ('breach' in trial) this.#note(input, trial.breach)
    else if (trial.outcome === 'accepted') this.accepted++
    return this.features.add(instrumentation.coverage)
  }

  #note(input: Uint8Array, breach: Parameters<typeof placeOf>[0]): void {
    const { target, runs, spentMs } = this
    const place = placeOf(breach)
    const known = this.findings.get(`${breach.rule} ${place}`)
    if (known && known.input.length <= input.length) return
    const { rule, message } = breach
    const found = { target: target.name, rule, message, place, input: Uint8Array.from(input) }
    this.findings.set(`${rule} ${place}`, { ...found, runs: known?.runs ?? runs, afterMs: known?.afterMs ?? spentMs })
  }
}

function wordsFor(target: Target, words: ReadonlySet<string | number>): readonly Uint8Array[] {
  const texts = [...words].filter((word) => typeof word === 'string')
  return [...texts, ...(target.words ?? [])].map((word) => Buffer.from(word))
}
