// Types alone: nothing of this is in the verifier's text.

/** What RELEASE.json says: `montana.release/1`. */
export interface ReleaseDescription {
  readonly schema: 'montana.release/1'
  readonly version: string
  /** Commit of the sources, with `-dirty` where they were changed since. */
  readonly revision: string
  /** As of `process.arch`. */
  readonly arch: string
  /** Time of that commit, seconds since the Unix epoch. */
  readonly built_from_epoch: number
  /** Newest schema of the store that this release reads. */
  readonly store_schema: number
  /** Versions of the protocol that it speaks. */
  readonly protocol: { readonly min: number; readonly max: number }
  /** Version of the runtime. */
  readonly node: string
  readonly app_sha256: string
  readonly runtime_sha256: string
}

/** Where the bytes of a member stand: in the archive, or in a file of their own. */
export interface Member {
  readonly file: string
  readonly offset: number
  readonly size: number
  readonly sha256: string
}

/** Signed by the release key, complete, and every byte as it was when it was signed. Only `verifyBundle` makes one. */
export interface VerifiedBundle {
  readonly stage: 'verified'
  readonly release: ReleaseDescription
  readonly members: ReadonlyMap<string, Member>
}

export interface TarEntry {
  /** Relative, with `/`, without one at its end. */
  readonly name: string
  readonly mode: number
  readonly size: number
  /** Seconds since the Unix epoch. */
  readonly mtime: number
  /** `0` file (default), `2` symbolic link, `5` folder. */
  readonly type?: '0' | '2' | '5'
  /** Where a symbolic link points. */
  readonly link?: string
}
