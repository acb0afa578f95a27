/** Something that came in, from either world. */
export interface Dependency {
  readonly name: string
  readonly version: string
  /** SPDX expression; undefined where it names none. */
  readonly licence: string | undefined
  /** Packages of single platforms that it brings along. */
  readonly parts?: readonly string[]
}

export type Rule = 'pin' | 'lock' | 'hash' | 'source' | 'licence' | 'script' | 'duplicate' | 'exception' | 'advisory'

/** One breach of the policy. */
export interface Breach {
  readonly rule: Rule
  /** Package and version, or file and field. */
  readonly where: string
  readonly what: string
  readonly remedy: string
}
