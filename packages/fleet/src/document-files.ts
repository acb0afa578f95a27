/** Where a kind of document lies on disk. */
export interface DocumentFiles {
  readonly current: string
  readonly previous: string
  readonly highest: string
  /** Begins the name of each of two documents of one version. */
  readonly equivocation: string
  /** Of the folder, where it is made. */
  readonly folderMode: number
  readonly fileMode: number
}

/** For one process alone, in a folder of its own. */
export const PRIVATE_FILES: DocumentFiles = {
  current: 'current.json',
  previous: 'previous.json',
  highest: 'highest.json',
  equivocation: 'equivocation-',
  folderMode: 0o700,
  fileMode: 0o600,
}

/** For everybody of the host to read, several kinds in one folder: `manifest.json`, `manifest.previous.json` and so on. */
export function sharedFiles(name: string): DocumentFiles {
  return {
    current: `${name}.json`,
    previous: `${name}.previous.json`,
    highest: `${name}.highest.json`,
    equivocation: `${name}.equivocation-`,
    folderMode: 0o755,
    fileMode: 0o644,
  }
}
