/** One place in a built module that a planted bug changes; the text must be there exactly once. */
export interface SourcePatch {
  /** End of the module's path, e.g. `packages/consensus/dist/settle.js`. */
  readonly file: string
  readonly find: string
  readonly replace: string
}
