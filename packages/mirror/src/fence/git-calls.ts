export interface GitAnswer {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface GitCall {
  readonly signal: AbortSignal
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
}

/** Git in a bare repository of our own, with access to one remote. */
export interface RemoteGit {
  readonly url: string
  run(args: readonly string[], options: GitCall): Promise<GitAnswer>
}
