import { BREATH_FOLDER, NODE_NAME } from '../constants.js'
import type { BreathError } from '../errors.js'
import { checkEntries, listTree, readBlobs, readMessage, type TreeEntry } from '../git/read-tree.js'
import { HUB_PREFIX, PEER_PREFIX, type Repository } from '../git/repository.js'
import { manifestOf, openSeal, refused } from '../git/seal.js'
import { checkFileSecrets } from '../guard/secrets.js'
import { decodeState } from '../merge/decode.js'
import { parseJson } from '../merge/json.js'
import type { BreathState } from '../merge/state.js'
import type { BreathVerifier } from '../types.js'
import { asBreathError } from './as-breath-error.js'

/** What one ref says: a state that is its host's, or why it is ignored. */
export interface Source {
  readonly ref: string
  readonly host: string
  readonly commit: string
  readonly outcome: { readonly state: BreathState } | { readonly error: BreathError }
}

export interface SourceRules {
  readonly syncPaths: readonly string[]
  readonly publicFields: ReadonlySet<string>
  readonly depth: number
}

/** Reads and verifies the refs of other hosts, each tip once. One bad ref never hinders the others. Spec 12.3. */
export class Sources {
  readonly #repository: Repository
  readonly #verifier: BreathVerifier
  readonly #rules: SourceRules
  #known = new Map<string, Source>()

  constructor(repository: Repository, verifier: BreathVerifier, rules: SourceRules) {
    this.#repository = repository
    this.#verifier = verifier
    this.#rules = rules
  }

  /** As last read. */
  all(): readonly Source[] {
    return [...this.#known.values()]
  }

  /** Also after a change of the registry: a verdict holds for the keys it was made with. */
  forget(): void {
    this.#known.clear()
  }

  async read(refs: ReadonlyMap<string, string>, signal?: AbortSignal): Promise<readonly Source[]> {
    const known = new Map<string, Source>()
    for (const [ref, commit] of refs) {
      const prefix = [HUB_PREFIX, PEER_PREFIX].find((start) => ref.startsWith(start))
      if (prefix === undefined) continue
      const before = this.#known.get(ref)
      const host = ref.slice(prefix.length)
      known.set(ref, before?.commit === commit ? before : await this.#open(ref, host, commit, signal))
    }
    this.#known = known
    return this.all()
  }

  async #open(ref: string, host: string, commit: string, signal?: AbortSignal): Promise<Source> {
    try {
      return { ref, host, commit, outcome: { state: await this.#verified(host, commit, signal) } }
    } catch (error) {
      signal?.throwIfAborted()
      return { ref, host, commit, outcome: { error: asBreathError(error) } }
    }
  }

  /** Limits, then the signature, then the content that it signs, then what the content means. */
  async #verified(host: string, commit: string, signal?: AbortSignal): Promise<BreathState> {
    if (!NODE_NAME.test(host)) throw refused('REF_FOREIGN', host, 'its name is not that of a host')
    const entries = await listTree(this.#repository, commit, signal)
    checkEntries(entries, () => true)
    const seal = await openSeal(await readMessage(this.#repository, commit, signal), host, this.#verifier)
    const files = await readBlobs(this.#repository, entries, signal)
    if (manifestOf(files) !== seal.manifest) {
      throw refused('SIGNATURE_INVALID', host, 'its content is not what was signed')
    }
    this.#checkContent(entries, files)
    return decodeState(files, this.#rules.syncPaths, this.#rules.depth)
  }

  #checkContent(entries: readonly TreeEntry[], files: ReadonlyMap<string, string>): void {
    for (const { path } of entries.filter((entry) => !entry.path.startsWith(`${BREATH_FOLDER}/`))) {
      if (!this.#rules.syncPaths.includes(path)) continue
      checkFileSecrets(path, parseJson(files.get(path) ?? '', path), this.#rules.publicFields)
    }
  }
}
