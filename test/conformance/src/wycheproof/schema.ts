/** The parts of a Wycheproof file that are read. */
export interface WycheproofFile {
  readonly algorithm?: string
  readonly schema?: string
  readonly testGroups: readonly WycheproofGroup[]
}

export interface WycheproofGroup {
  readonly type: string
  readonly tests: readonly WycheproofTest[]
  readonly [member: string]: unknown
}

export interface WycheproofTest {
  readonly tcId: number
  readonly comment?: string
  readonly result: string
  readonly [member: string]: unknown
}
